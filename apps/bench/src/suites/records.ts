import { streaming, verifying } from "../records/passes.ts";
import { growth, lastHundred, oneById, oneWorkflow } from "../records/reading.ts";
import { durable, processDurable } from "../records/writing.ts";
import type { Suite } from "../suite.ts";

export const recordsSuite: Suite = {
  name: "records",
  about: "the audit trail, beside the bare disk, scans, bare hashing and loggers",
  takes: "about eight minutes, and two more the first time",
  peers: ["pino", "sonic-boom"],
  experiments: [
    durable,
    processDurable,
    lastHundred,
    oneById,
    oneWorkflow,
    growth,
    verifying,
    streaming,
  ],
  notes: [
    "mem checks every record, chains its line to the previous one and acknowledges it when it is stored. pino and sonic-boom acknowledge nothing, so a caller doesn't learn which writes failed: their time ends when the last line was handed to the operating system. The bare loops chain and check nothing.",
    "mem rotates, compresses and indexes 64 MiB at a time, in the background; the CPU time includes this.",
    "The scans read a plain file of the same lines; compressed segments also have to be unpacked.",
    "The record that is looked up by id lies in the middle of the scanned file; for mem, it lies anywhere. The index is already loaded, except in the first call of a process.",
  ],
};
