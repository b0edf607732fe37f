export { createMystoreRecords, type MystoreRecordsOptions } from "./mystore-records.ts";
