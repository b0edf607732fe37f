import {
  cloneJson,
  type Entry,
  type EntrySource,
  type JsonObject,
  type JsonValue,
  type ShortTermWrite,
} from "@mem/core";
import type { EntryContent } from "./footprint.ts";
import type { Collection } from "./collection.ts";
import type { Space } from "./space.ts";
import type { Timeline } from "./timeline.ts";
import { Timed } from "./timing-wheel.ts";

/** What few entries have, kept apart so that it takes no memory in the others. */
interface Particulars {
  readonly source: EntrySource;
  readonly metadata: JsonObject | undefined;
  readonly subject: string | undefined;
  readonly derivedFrom: readonly string[] | undefined;
  readonly opId: string | undefined;
}

/** An entry as it is kept. Times are `wall` times of the timeline. */
export class StoredEntry extends Timed {
  readonly key: string;
  readonly home: Collection;
  value: JsonValue = null;
  version = 0;
  createdAt = 0;
  updatedAt = 0;
  /** Absent: never. */
  expiresAt: number | "session" | undefined;
  /** Absent: the source is the agent, and nothing else is known. */
  #particulars: Particulars | undefined;

  constructor(home: Collection, key: string) {
    super();
    this.home = home;
    this.key = key;
  }

  get opId(): string | undefined {
    return this.#particulars?.opId;
  }

  get metadata(): JsonObject | undefined {
    return this.#particulars?.metadata;
  }

  /** Takes over a write, whose values belong to the backend. */
  fill(write: ShortTermWrite, version: number, wall: number): void {
    this.value = write.value;
    this.#particulars = particulars(write);
    this.version = version;
    this.updatedAt = wall;
  }

  /** Replaces the value and leaves the rest as it is. */
  refill(value: JsonValue, opId: string | undefined, version: number, wall: number): void {
    this.value = value;
    const { source, metadata, subject, derivedFrom } = this.#particulars ?? NOTHING_PARTICULAR;
    this.#particulars = particulars({ source, metadata, subject, derivedFrom, opId });
    this.version = version;
    this.updatedAt = wall;
  }

  /** The entry as the caller's own: it shares nothing with what is kept. */
  handOut(version: string, timeline: Timeline, space: Space): Entry {
    const { key } = this;
    const value = cloneJson(this.value);
    const createdAt = timeline.date(this.createdAt);
    const updatedAt = timeline.date(this.updatedAt);
    const expiresAt = this.expiresAt === "session" ? space.lifetime?.expiresAt : this.expiresAt;
    // A property that is added later takes an object of its own.
    const entry: { -readonly [K in keyof Entry]: Entry[K] } =
      expiresAt === undefined
        ? { key, value, version, createdAt, updatedAt, source: "agent" }
        : {
            key,
            value,
            version,
            createdAt,
            updatedAt,
            expiresAt: timeline.date(expiresAt),
            source: "agent",
          };
    if (this.#particulars === undefined) return entry;
    const { source, metadata, subject, derivedFrom } = this.#particulars;
    entry.source = source;
    if (metadata !== undefined) entry.metadata = cloneJson(metadata);
    if (subject !== undefined) entry.subject = subject;
    if (derivedFrom !== undefined) entry.derivedFrom = [...derivedFrom];
    return entry;
  }

  /** The parts that take memory. */
  content(): EntryContent {
    const { key, value } = this;
    return { key, value, ...(this.#particulars ?? NOTHING_PARTICULAR) };
  }

  override expire(): void {
    this.home.remove(this);
  }
}

const NOTHING_PARTICULAR: Particulars = {
  source: "agent",
  metadata: undefined,
  subject: undefined,
  derivedFrom: undefined,
  opId: undefined,
};

function particulars({
  source,
  metadata,
  subject,
  derivedFrom,
  opId,
}: Particulars | ShortTermWrite): Particulars | undefined {
  const isCommon =
    source === "agent" &&
    metadata === undefined &&
    subject === undefined &&
    derivedFrom === undefined &&
    opId === undefined;
  return isCommon ? undefined : { source, metadata, subject, derivedFrom, opId };
}
