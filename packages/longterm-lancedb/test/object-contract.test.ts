import { describeLongTermStore } from "@mem/contract";
import { openObjectHarness } from "./object-harness.ts";

describeLongTermStore({ name: "lancedb on an object store", open: openObjectHarness });
