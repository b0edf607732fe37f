import {
  matchesFilter,
  MemoryError,
  type Entry,
  type Increment,
  type Incremented,
  type ListRequest,
  type Page,
  type Removal,
  type ShortTermWrite,
  type WriteResult,
} from "@mem/core";
import { encodeCursor } from "./cursor.ts";
import type { Clockwork } from "./clockwork.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { Space } from "./space.ts";
import { handOut, StoredEntry } from "./stored-entry.ts";
import { NEVER } from "./timing-wheel.ts";

/** How many entries one page looks at, so that a filter that matches little does not hold up the process. */
const MAX_LOOKS = 10_000;

type Condition = Pick<ShortTermWrite, "ifVersion" | "ifAbsent">;

/** The entries of one scope. */
export class Collection {
  readonly #clockwork: Clockwork;
  readonly #space: Space;
  readonly #entries = new Map<string, StoredEntry>();
  readonly #keys = new SortedKeys(this.#entries);

  constructor(clockwork: Clockwork, space: Space) {
    this.#clockwork = clockwork;
    this.#space = space;
  }

  /** Exact once the wheel has settled: until then it counts what has expired and is still to be freed. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry | undefined {
    const stored = this.#find(key);
    return stored && this.#handOut(stored);
  }

  save(write: ShortTermWrite): WriteResult {
    const { timeline, versions } = this.#clockwork;
    const current = this.#find(write.key);
    if (current !== undefined && write.opId !== undefined && write.opId === current.opId) {
      return { stored: true, version: versions.text(current.version) };
    }
    if (!this.#meets(current, write)) {
      return { stored: false, ...(current && { version: versions.text(current.version) }) };
    }
    const now = timeline.wall();
    // What has expired and is still there is filled again, as new.
    const stored = current ?? this.#entries.get(write.key) ?? this.#insert(write.key);
    if (current === undefined) stored.createdAt = now;
    stored.fill(write, versions.next(), now);
    if (write.ttlMs !== "keep") this.#setLife(stored, write.ttlMs);
    else if (current === undefined) this.#setLife(stored, null);
    return { stored: true, version: versions.text(stored.version) };
  }

  increment({ key, by, ttlMs, opId }: Increment): Incremented {
    const { timeline, versions } = this.#clockwork;
    const current = this.#find(key);
    const before = current?.value ?? 0;
    if (typeof before !== "number") throw notCountable("key", "holds no number");
    if (current !== undefined && opId !== undefined && opId === current.opId) {
      return { value: before, version: versions.text(current.version) };
    }
    const value = before + by;
    if (!Number.isFinite(value)) throw notCountable("by", "makes the sum too large for a number");
    if (current === undefined) {
      const write = {
        key,
        value,
        source: "agent",
        ttlMs,
        ...(opId !== undefined && { opId }),
      } as const;
      return { value, version: (this.save(write) as { version: string }).version };
    }
    current.value = value;
    current.opId = opId;
    current.version = versions.next();
    current.updatedAt = timeline.wall();
    return { value, version: versions.text(current.version) };
  }

  delete(removal: Removal): boolean {
    const stored = this.#find(removal.key);
    if (stored === undefined || !this.#meets(stored, removal)) return false;
    this.remove(stored);
    return true;
  }

  /** The page that comes after the key `after`, or the first. */
  list({ prefix = "", filter, limit }: ListRequest, after: string | undefined): Page<Entry> {
    const items: Entry[] = [];
    let last = "";
    let looks = 0;
    for (const key of this.#keys.from(after, prefix)) {
      if (items.length === limit || looks === MAX_LOOKS) {
        return { items, cursor: encodeCursor(last) };
      }
      last = key;
      looks++;
      const stored = this.#find(key);
      if (stored === undefined) continue;
      if (filter !== undefined && !matchesFilter(filter, stored.metadata)) continue;
      items.push(this.#handOut(stored));
    }
    return { items };
  }

  /** Removes every entry; how many had not expired. */
  clear(): number {
    let live = 0;
    const now = this.#clockwork.timeline.elapsed();
    for (const stored of this.#entries.values()) {
      if (!stored.isOver(now)) live++;
      this.#clockwork.wheel.remove(stored);
    }
    this.#space.tenant.entries -= this.#entries.size;
    this.#entries.clear();
    this.#keys.changed();
    this.#space.releaseIfEmpty();
    return live;
  }

  /** Gives what lives by the session a time of its own. */
  outliveSession(ttlMs: number): void {
    for (const stored of this.#entries.values()) {
      if (stored.expiresAt === "session") this.#setLife(stored, ttlMs);
    }
  }

  remove(stored: StoredEntry): void {
    this.#clockwork.wheel.remove(stored);
    this.#entries.delete(stored.key);
    this.#keys.changed();
    this.#space.tenant.entries--;
    this.#space.releaseIfEmpty();
  }

  #insert(key: string): StoredEntry {
    const stored = new StoredEntry(this, key);
    this.#entries.set(key, stored);
    this.#keys.changed();
    this.#space.tenant.entries++;
    return stored;
  }

  #meets(current: StoredEntry | undefined, { ifVersion, ifAbsent }: Condition): boolean {
    if (ifAbsent === true && current !== undefined) return false;
    if (ifVersion === undefined) return true;
    return current !== undefined && this.#clockwork.versions.text(current.version) === ifVersion;
  }

  /** Sets how long an entry lives from now. */
  #setLife(stored: StoredEntry, ttlMs: number | null | "session"): void {
    const { timeline, wheel } = this.#clockwork;
    if (typeof ttlMs === "number") {
      stored.expiresAt = timeline.wall() + ttlMs;
      wheel.set(stored, timeline.elapsed() + ttlMs);
    } else {
      stored.expiresAt = ttlMs ?? undefined;
      wheel.set(stored, NEVER);
    }
  }

  #find(key: string): StoredEntry | undefined {
    const stored = this.#entries.get(key);
    if (stored === undefined || stored.due === NEVER) return stored;
    return stored.isOver(this.#clockwork.timeline.elapsed()) ? undefined : stored;
  }

  #handOut(stored: StoredEntry): Entry {
    const { timeline, versions } = this.#clockwork;
    return handOut(stored, versions.text(stored.version), timeline, this.#space.lifetime);
  }
}

function notCountable(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
