export { createJsonlRecords } from "./jsonl-records.ts";
export type { JsonlRecords, RotateOptions } from "./records-face.ts";
export type { JsonlRecordsOptions } from "./store-options.ts";
export type { AnchoredFile, AnchoredWriter, RecordAnchor } from "./verification/record-anchor.ts";
export type {
  RecordPlace,
  RecordProblem,
  RecordProblemKind,
  RecordVerification,
  VerifiedAgent,
  VerifyRecordsOptions,
} from "./verification/record-verification.ts";
