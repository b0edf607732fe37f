import type { Durability } from "@mem/append-log";
import { checkClock, checkOptions, systemClock, type Clock, type NamesOf } from "@mem/core";
import { invalid } from "./writing/record-checks.ts";

export interface JsonlRecordsOptions {
  /** The folder, created at the first append. Several processes may use it at once. */
  readonly dir: string;
  /**
   * What an acknowledged record survives: `"disk"` a power cut; `"process"`, which is faster, only the end of the
   * process. Default `"disk"`.
   */
  readonly durability?: Durability;
  /** Maximum size of a record, in bytes of JSON; a larger one is refused with `MEM_TOO_LARGE`. Default 16,777,216. */
  readonly maxRecordBytes?: number;
  /** Maximum number of files open for writing, and the same number for reading. Default 64. */
  readonly maxOpenFiles?: number;
  /**
   * When an agent's file becomes a segment and a new file begins: at this many `bytes` (default 67,108,864) and, with
   * `daily`, at the first append of a UTC day.
   */
  readonly rotate?: { readonly bytes?: number; readonly daily?: boolean };
  /** Whether segments are compressed with gzip, at its fastest level. Default true. */
  readonly compress?: boolean;
  /**
   * Which segments are dropped, whole and oldest first: those whose newest record is older than `days`, and those that
   * take an agent's files beyond `bytes` on disk. Checked after each rotation, at the first append of a store, and at
   * the first append of a UTC day. Default: none.
   */
  readonly retain?: { readonly days?: number; readonly bytes?: number };
  /**
   * Secret of 16 bytes or more that makes each line's digest an HMAC-SHA-256, which nobody can recompute without it.
   * All stores of the folder need the same key. Default: none; anybody can recompute the digests.
   */
  readonly key?: string | Uint8Array;
  /** Where the days of `rotate` and `retain` come from. Default: the machine's clock. */
  readonly clock?: Clock;
}

const NAMES: NamesOf<JsonlRecordsOptions> = {
  dir: true,
  durability: true,
  maxRecordBytes: true,
  maxOpenFiles: true,
  rotate: true,
  compress: true,
  retain: true,
  key: true,
  clock: true,
};
const ROTATE_NAMES: NamesOf<NonNullable<JsonlRecordsOptions["rotate"]>> = {
  bytes: true,
  daily: true,
};
const RETAIN_NAMES: NamesOf<NonNullable<JsonlRecordsOptions["retain"]>> = {
  days: true,
  bytes: true,
};

export type StoreOptions = Required<Omit<JsonlRecordsOptions, "rotate" | "retain" | "key">> & {
  readonly rotate: { readonly bytes: number; readonly daily: boolean };
  readonly retain: { readonly days: number; readonly bytes: number } | undefined;
  readonly key: string | Uint8Array | undefined;
};

const MIN_KEY_BYTES = 16;

/** Fills in the defaults. Throws `MEM_INVALID_ARGUMENT` with the path of an invalid option. */
export function resolveOptions(options: JsonlRecordsOptions): StoreOptions {
  checkOptions(options, NAMES);
  const { dir, durability = "disk", maxRecordBytes = 2 ** 24, maxOpenFiles = 64 } = options;
  const { rotate = {}, compress = true, retain, key, clock = systemClock } = options;
  if (typeof dir !== "string" || dir === "") throw invalid("options.dir", "has to be a path");
  if (durability !== "disk" && durability !== "process") {
    throw invalid("options.durability", 'has to be "disk" or "process"');
  }
  checkOptions(rotate, ROTATE_NAMES, "options.rotate");
  const { bytes = 2 ** 26, daily = false } = rotate;
  const counts = { maxRecordBytes, maxOpenFiles, "rotate.bytes": bytes };
  for (const [name, value] of Object.entries(counts)) requireCount(name, value);
  for (const [name, value] of Object.entries({ compress, "rotate.daily": daily })) {
    if (typeof value !== "boolean") throw invalid(`options.${name}`, "has to be true or false");
  }
  if (key !== undefined && keyBytes(key) < MIN_KEY_BYTES) {
    throw invalid("options.key", `has to be ${MIN_KEY_BYTES} bytes or more, as text or bytes`);
  }
  checkClock(clock, "options.clock");
  return {
    dir,
    durability,
    maxRecordBytes,
    maxOpenFiles,
    compress,
    key,
    clock,
    rotate: { bytes, daily },
    retain: retain === undefined ? undefined : checkRetention(retain),
  };
}

function checkRetention(
  retain: NonNullable<JsonlRecordsOptions["retain"]>,
): NonNullable<StoreOptions["retain"]> {
  checkOptions(retain, RETAIN_NAMES, "options.retain");
  const { days = Infinity, bytes = Infinity } = retain;
  if (bytes !== Infinity) requireCount("retain.bytes", bytes);
  if (!(typeof days === "number" && days > 0)) {
    throw invalid("options.retain.days", "has to be a number above 0");
  }
  return { days, bytes };
}

function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw invalid(`options.${name}`, "has to be a whole number, 1 or more");
}

function keyBytes(key: unknown): number {
  if (typeof key === "string") return Buffer.byteLength(key);
  return key instanceof Uint8Array ? key.byteLength : 0;
}
