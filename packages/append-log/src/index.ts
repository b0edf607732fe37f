export { makeDirectory, refuseNetworkFileSystem } from "./directory.ts";
export { syncDirectory, writeFileDurably } from "./durable-file.ts";
export {
  acquireFileLock,
  tryFileLock,
  type AcquireOptions,
  type FileLock,
  type LockOptions,
} from "./file-lock.ts";
export { GroupCommit, type GroupCommitOptions, type Waiting } from "./group-commit.ts";
export {
  createLineAppender,
  type LineAppender,
  type LineAppenderOptions,
} from "./line-appender.ts";
export {
  LineFile,
  type AppendedLines,
  type Durability,
  type Line,
  type LineFileOptions,
} from "./line-file.ts";
export { readLines, readLinesBackward, type ReadLinesOptions } from "./line-reader.ts";
export type { FileLine } from "./line-scanner.ts";
export { readLockHolder, type LockHolder } from "./lock-holder.ts";
export { LogError, type LogErrorCode, type LogOutcome } from "./log-error.ts";
export type { Damage } from "./log-follower.ts";
export { verifyLog, type LogVerification, type VerifyOptions } from "./log-verification.ts";
export { readPayloads } from "./payload-reader.ts";
export { formatPosition, parsePosition } from "./position.ts";
export type { SegmentInfo } from "./segment.ts";
export {
  openSharedLog,
  type LogEntry,
  type SharedLog,
  type SharedLogOptions,
} from "./shared-log.ts";
