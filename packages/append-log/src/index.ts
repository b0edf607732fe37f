export type { FileIdentity } from "./append-file.ts";
export { blankLines } from "./blank-lines.ts";
export type { ByteSource } from "./byte-source.ts";
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
  type LineFileOptions,
} from "./line-file.ts";
export { readLines, readLinesBackward, type ReadLinesOptions } from "./line-reader.ts";
export { LineScanner, type FileLine, type LineVisitor } from "./line-scanner.ts";
export { findLine, scanLines } from "./line-search.ts";
export type { Line, LineBlock } from "./line-write.ts";
export { readLockHolder, type LockHolder } from "./lock-holder.ts";
export {
  isDiskFull,
  LogError,
  systemCode,
  type LogErrorCode,
  type LogOutcome,
} from "./log-error.ts";
export type { Damage } from "./log-follower.ts";
export { verifyLog, type LogVerification, type VerifyOptions } from "./log-verification.ts";
export { readPayloads } from "./payload-reader.ts";
export { formatPosition, parsePosition } from "./position.ts";
export type { Rotation } from "./rotation.ts";
export { sealFile, type SealOptions, type SealPlace } from "./sealing.ts";
export type { SegmentInfo } from "./segment.ts";
export {
  openSharedLog,
  type LogEntry,
  type SharedLog,
  type SharedLogOptions,
} from "./shared-log.ts";
