import { describeLongTermStore } from "@mem/contract";
import { openHarness } from "./harness.ts";

describeLongTermStore({ name: "lancedb", open: openHarness });

describeLongTermStore({
  name: "lancedb with history",
  open: (options) => openHarness(options, { history: {} }),
});
