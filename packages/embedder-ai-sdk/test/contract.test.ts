import { describeEmbedder } from "@mem/contract";
import { createAiSdkEmbedder } from "../src/index.ts";
import { createHashingModel } from "./hashing-model.ts";

describeEmbedder({
  name: "ai-sdk",
  open: async () => createAiSdkEmbedder(createHashingModel({ dimensions: 64 }), { dimensions: 64 }),
});
