import type { Entry, WriteResult } from "@mem/core";
import { decodeEntry } from "./envelope.ts";
import type { Errand } from "./errand.ts";
import { deleteEntries } from "./scripts/delete.ts";
import { get } from "./scripts/get.ts";
import { save } from "./scripts/save.ts";

const WRITE_WIDTH = 4;
const REMOVAL_WIDTH = 2;

/** Reads entries: each argument is a key. */
export const reading: Errand<Entry | undefined> = {
  script: get,
  isRead: true,
  width: 1,
  keysOf: (args) => args,
  pack: (calls) => [String(calls.length), ...calls.flat()],
  open([, , dies, found], now) {
    return (index, args, at) => {
      const raw = (found as (string | null)[])[index] ?? null;
      return readEntry(args[at] as string, raw, now, Number(dies));
    };
  },
  plain: {
    request: ({ base }, keys) => ({
      command: keys.length === 1 ? "get" : "mget",
      args: keys.map((key) => `${base}e:${key}`),
    }),
    open: (reply, count) => (count === 1 ? [reply] : reply) as (string | null)[],
    result: (raw, key) => (raw === null ? undefined : decodeEntry(key, raw, 0)),
  },
};

/** Saves entries. The arguments of each: key, the part of the envelope after its times, terms, version. */
export const saving: Errand<WriteResult> = {
  script: save,
  isRead: false,
  width: WRITE_WIDTH,
  keysOf: (args) => firstOf(WRITE_WIDTH, args),
  pack: packWrites,
  open([, , ...exceptions]) {
    const results = new Map<number, WriteResult>();
    for (let i = 0; i + 2 < exceptions.length; i += 3) {
      const [place, verdict, version] = exceptions.slice(i, i + 3) as [number, string, string];
      const known = version === "" ? {} : { version };
      results.set(
        place - 1,
        verdict === "repeated" ? { stored: true, version } : { stored: false, ...known },
      );
    }
    return (index, args, at) =>
      results.get(index) ?? { stored: true, version: args[at + 3] as string };
  },
};

/** Deletes entries. The arguments of each: key, condition. */
export const removing: Errand<boolean> = {
  script: deleteEntries,
  isRead: false,
  width: REMOVAL_WIDTH,
  keysOf: (args) => firstOf(REMOVAL_WIDTH, args),
  pack: (calls) => [String(calls.length), ...calls.flat()],
  open([, , ...gone]) {
    return (index) => gone[index] === 1;
  },
};

/** The first argument of each item. */
function firstOf(width: number, args: readonly string[]): readonly string[] {
  return args.filter((_, i) => i % width === 0);
}

/** Packs writes as `scripts/save.ts` expects them: adjacent writes with the same terms form one run. */
function packWrites(calls: readonly (readonly string[])[], isTied: boolean): readonly string[] {
  const packed = [isTied ? calls.map(({ length }) => length / WRITE_WIDTH).join(" ") : ""];
  let terms: string | undefined;
  let countAt = 0;
  let count = 0;
  for (const args of calls) {
    for (let at = 0; at < args.length; at += WRITE_WIDTH) {
      if (args[at + 2] !== terms) {
        terms = args[at + 2] as string;
        if (count > 0) packed[countAt] = String(count);
        countAt = packed.push("", terms) - 2;
        count = 0;
      }
      count++;
      packed.push(args[at] as string, args[at + 1] as string);
    }
  }
  if (count > 0) packed[countAt] = String(count);
  return packed;
}

/** Decodes an entry that a script found; undefined if it has expired. */
export function readEntry(
  key: string,
  raw: string | null,
  now: number,
  sessionExpiresAt: number,
): Entry | undefined {
  if (raw === null) return undefined;
  const entry = decodeEntry(key, raw, sessionExpiresAt);
  return entry.expiresAt !== undefined && entry.expiresAt <= now ? undefined : entry;
}
