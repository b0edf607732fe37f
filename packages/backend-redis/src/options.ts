import { checkOptions, MemoryError, type NamesOf } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import type { BodyLimits } from "./bodies.ts";
import type { RedisTarget } from "./client.ts";

/** Where Redis is, and how to use it. */
export type RedisBackendOptions = RedisTarget & RedisBackendSettings;

export interface RedisBackendSettings {
  /** Prefix of every key; must not contain braces. Default `"mem"`. */
  readonly prefix?: string;
  /** Deadline by which every call settles, in milliseconds, at most 60,000. Default 2,000. */
  readonly timeoutMs?: number;
  /** Maximum number of calls in flight or queued; further calls reject with `MEM_CAPACITY`. Default 10,000. */
  readonly maxPending?: number;
  /**
   * Maximum size of a value as stored in Redis, in bytes, including its metadata and after compression; a larger one is
   * refused with `MEM_TOO_LARGE` before it is sent. Default 16 MiB, at most 256 MiB: Redis closes the connection on
   * anything larger than its `proto-max-bulk-len` (512 MB unless configured otherwise).
   */
  readonly maxValueBytes?: number;
  /**
   * Compresses values larger than this many bytes with gzip, if that makes them smaller; `true` means 16,384. Every
   * backend reads compressed values, whatever its own setting. Default: no compression.
   */
  readonly compress?: boolean | { readonly aboveBytes: number };
  /** Milliseconds added to the server's time, for tests that can't wait for an expiry. It must never decrease. */
  readonly timeOffsetMs?: () => number;
}

export interface ResolvedOptions {
  readonly target: RedisTarget;
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly maxPending: number;
  readonly limits: BodyLimits;
  readonly timeOffsetMs: () => number;
}

const OPTIONS: NamesOf<RedisBackendOptions> = {
  url: true,
  redis: true,
  cluster: true,
  client: true,
  prefix: true,
  timeoutMs: true,
  maxPending: true,
  maxValueBytes: true,
  compress: true,
  timeOffsetMs: true,
};
const MIB = 1024 * 1024;
/** The entry around the value and the command around the entry have to fit into one string as well. */
const LARGEST_VALUE = 256 * MIB;
/** Below this, compressing takes longer than sending the bytes that it saves. */
const COMPRESS_ABOVE = 16_384;

/**
 * Fills in the defaults. Throws `MEM_INVALID_ARGUMENT` naming the option; never quotes a URL, which may contain a
 * password.
 */
export function resolveOptions(options: RedisBackendOptions): ResolvedOptions {
  checkOptions(options, OPTIONS);
  checkTarget(options);
  const {
    prefix = "mem",
    timeoutMs = 2000,
    maxPending = 10_000,
    maxValueBytes = 16 * MIB,
    compress = false,
    timeOffsetMs = noOffset,
  } = options;
  if (typeof prefix !== "string" || prefix === "" || /[{}]/.test(prefix)) {
    throw invalid("options.prefix", "has to be a non-empty string without braces");
  }
  checkCount("options.timeoutMs", timeoutMs, 60_000);
  checkCount("options.maxPending", maxPending, Number.MAX_SAFE_INTEGER);
  checkCount("options.maxValueBytes", maxValueBytes, LARGEST_VALUE);
  if (typeof timeOffsetMs !== "function")
    throw invalid("options.timeOffsetMs", "has to be a function");
  return {
    target: options,
    prefix: clientPrefix(options) + prefix,
    timeoutMs,
    maxPending,
    limits: { maxValueBytes, compressAbove: compressAbove(compress) },
    timeOffsetMs,
  };
}

function compressAbove(compress: unknown): number {
  if (compress === false) return Number.POSITIVE_INFINITY;
  if (compress === true) return COMPRESS_ABOVE;
  const { aboveBytes, ...others } = (compress ?? {}) as { readonly aboveBytes?: unknown };
  if (typeof compress !== "object" || compress === null || Object.keys(others).length > 0) {
    throw invalid("options.compress", "has to be true, false or { aboveBytes }");
  }
  checkCount("options.compress.aboveBytes", aboveBytes, LARGEST_VALUE);
  return aboveBytes as number;
}

function checkTarget({ url, redis, cluster, client }: RedisTarget): void {
  const given = [url, cluster, client].filter((target) => target !== undefined).length;
  if (
    given > 1 ||
    (given === 0 && redis === undefined) ||
    (client !== undefined && redis !== undefined)
  ) {
    throw invalid("options", "have to have exactly one of url, redis, cluster and client");
  }
  if (url !== undefined && !(URL.canParse(url) && /^rediss?:\/\//i.test(url))) {
    throw invalid(
      "options.url",
      "has to begin with redis:// or rediss://, as in redis://127.0.0.1:6379",
    );
  }
  if (cluster !== undefined && !(Array.isArray(cluster) && cluster.length > 0)) {
    throw invalid("options.cluster", "has to name at least one node");
  }
  if (client !== undefined) checkClient(client);
}

function checkClient(client: NonNullable<RedisTarget["client"]>): void {
  // Clients of other libraries may have one of these, but not both.
  const isOfIoredis = typeof client.sendCommand === "function" && typeof client.status === "string";
  if (!isOfIoredis) throw invalid("options.client", "has to be a client of ioredis");
  const options = client.isCluster
    ? (client as Cluster).options.redisOptions
    : (client as Redis).options;
  if (options?.stringNumbers === true) {
    throw invalid("options.client", "has stringNumbers on: give one whose numbers are numbers");
  }
}

/** Takes over the client's `keyPrefix`: a client adds it only to commands of its own methods. */
function clientPrefix({ client, redis }: RedisTarget): string {
  const prefix = client?.options.keyPrefix ?? redis?.keyPrefix ?? "";
  if (/[{}]/.test(prefix)) throw invalid("the keyPrefix of the client", "has braces in it");
  return prefix;
}

function checkCount(path: string, value: unknown, max: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max) return;
  throw invalid(path, `has to be a whole number from 1 to ${max}`);
}

function noOffset(): number {
  return 0;
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
