import { describeEmbedder } from "@mem/contract";
import { createHashingEmbedder } from "@mem/core";
import { onTestFinished } from "vitest";
import { createEmbedderCache } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describeEmbedder({
  name: "embedder-cache",
  open: async () => {
    const embedder = createHashingEmbedder();
    const cache = createEmbedderCache({ embedder, dir: temporaryFolder() });
    onTestFinished(() => cache.close());
    return cache;
  },
});
