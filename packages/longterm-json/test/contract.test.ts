import { describeLongTermStore } from "@mem/contract";
import { openHarness } from "./harness.ts";

describeLongTermStore({ name: "json", open: openHarness });
