import { describeLongTermStore } from "@mem/contract";
import { openHarness } from "./harness.ts";

describeLongTermStore({ name: "lancedb", open: openHarness });
