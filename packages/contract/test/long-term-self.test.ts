import { describeLongTermStore } from "../src/describe-long-term-store.ts";
import { harnessOf } from "./fixtures/long-term-harness.ts";

describeLongTermStore({
  name: "a small store in memory",
  open: async (options) => harnessOf({}, options),
});
