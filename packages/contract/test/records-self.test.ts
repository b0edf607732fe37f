import { describeRecordStore } from "../src/describe-record-store.ts";
import { openRecords } from "./fixtures/records-harness.ts";
import { ReferenceRecords } from "./fixtures/records-reference.ts";

describeRecordStore({
  name: "a small store in memory",
  open: async () => openRecords(ReferenceRecords),
});
