export { createJsonlRecords } from "./jsonl-records.ts";
export type { JsonlRecordsOptions } from "./jsonl-records.ts";
