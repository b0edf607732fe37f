import {
  cloneJson,
  type Entry,
  type EntrySource,
  type JsonObject,
  type JsonValue,
  type ShortTermWrite,
} from "@mem/core";
import type { Collection } from "./collection.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Timeline } from "./timeline.ts";
import { Timed } from "./timing-wheel.ts";

/** An entry as it is kept. Times are `wall` times of the timeline. */
export class StoredEntry extends Timed {
  readonly key: string;
  readonly #home: Collection;
  value: JsonValue = null;
  version = 0;
  createdAt = 0;
  updatedAt = 0;
  /** Absent: never. */
  expiresAt: number | "session" | undefined;
  source: EntrySource = "agent";
  metadata: JsonObject | undefined;
  subject: string | undefined;
  derivedFrom: readonly string[] | undefined;
  opId: string | undefined;

  constructor(home: Collection, key: string) {
    super();
    this.#home = home;
    this.key = key;
  }

  /** Takes over what was written, which belongs to the backend. */
  fill(write: ShortTermWrite, version: number, now: number): void {
    this.value = write.value;
    this.source = write.source;
    this.metadata = write.metadata;
    this.subject = write.subject;
    this.derivedFrom = write.derivedFrom;
    this.opId = write.opId;
    this.version = version;
    this.updatedAt = now;
  }

  override expire(): void {
    this.#home.remove(this);
  }
}

/** An entry as it is handed out: the caller's own, sharing nothing with what is kept. */
export function handOut(
  stored: StoredEntry,
  version: string,
  timeline: Timeline,
  lifetime: Lifetime | undefined,
): Entry {
  const entry: { -readonly [K in keyof Entry]: Entry[K] } = {
    key: stored.key,
    value: cloneJson(stored.value),
    version,
    createdAt: timeline.date(stored.createdAt),
    updatedAt: timeline.date(stored.updatedAt),
    source: stored.source,
  };
  const expiresAt = stored.expiresAt === "session" ? lifetime?.expiresAt : stored.expiresAt;
  if (expiresAt !== undefined) entry.expiresAt = timeline.date(expiresAt);
  if (stored.metadata !== undefined) entry.metadata = cloneJson(stored.metadata);
  if (stored.subject !== undefined) entry.subject = stored.subject;
  if (stored.derivedFrom !== undefined) entry.derivedFrom = [...stored.derivedFrom];
  return entry;
}
