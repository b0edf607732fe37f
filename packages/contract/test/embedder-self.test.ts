import { createHashingEmbedder } from "@mem/core";
import { describeEmbedder } from "../src/describe-embedder.ts";

describeEmbedder({
  name: "createHashingEmbedder",
  open: async () => createHashingEmbedder(),
});
