import {
  cloneJson,
  matchesFilter,
  MemoryError,
  type Entry,
  type Increment,
  type Incremented,
  type JsonValue,
  type ListRequest,
  type Page,
  type Removal,
  type ShortTermWrite,
  type WriteResult,
} from "@mem/core";
import { encodeCursor } from "./cursor.ts";
import type { Clockwork } from "./clockwork.ts";
import { bytesOf, FOOTPRINTS } from "./footprint.ts";
import { KeyMap } from "./key-map.ts";
import { ownString } from "./own-string.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { Space } from "./space.ts";
import { StoredEntry } from "./stored-entry.ts";
import { NEVER } from "./timing-wheel.ts";

/** How many entries one page examines at most, so that a filter with few matches does not block the process. */
const MAX_LOOKS = 10_000;

type Condition = Pick<ShortTermWrite, "ifVersion" | "ifAbsent">;

/** The entries of one scope. */
export class Collection {
  readonly #clockwork: Clockwork;
  readonly #space: Space;
  readonly #entries = new KeyMap<StoredEntry>();
  readonly #keys = new SortedKeys(this.#entries);

  constructor(clockwork: Clockwork, space: Space) {
    this.#clockwork = clockwork;
    this.#space = space;
  }

  get space(): Space {
    return this.#space;
  }

  /** Exact once the wheel has settled; until then it includes expired entries that are not freed yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** The entry under a key, expired or not. */
  peek(key: string): StoredEntry | undefined {
    return this.#entries.get(key);
  }

  /** The entry under a key, unless it has expired. */
  find(key: string): StoredEntry | undefined {
    const stored = this.#entries.get(key);
    if (stored === undefined || stored.due === NEVER) return stored;
    return stored.isOver(this.#clockwork.timeline.elapsed()) ? undefined : stored;
  }

  /** Whether a save would change anything now. */
  wouldStore(write: ShortTermWrite): boolean {
    return !this.wasDone(write) && this.#meets(this.find(write.key), write);
  }

  /** Whether the operation made the current entry. */
  readonly wasDone = ({ key, opId }: { readonly key: string; readonly opId?: string }): boolean =>
    opId !== undefined && this.find(key)?.opId === opId;

  get(key: string): Entry | undefined {
    const stored = this.find(key);
    return stored && this.#handOut(stored);
  }

  value(key: string): JsonValue | undefined {
    const stored = this.find(key);
    return stored && cloneJson(stored.value);
  }

  save(write: ShortTermWrite): WriteResult {
    const { versions } = this.#clockwork;
    const stored = this.store(write);
    if (stored !== undefined) return { stored: true, version: versions.text(stored.version) };
    const current = this.find(write.key);
    return { stored: false, ...(current && { version: versions.text(current.version) }) };
  }

  /** The entry after a write; nothing if the write's condition was not met. */
  store(write: ShortTermWrite): StoredEntry | undefined {
    const { timeline, versions } = this.#clockwork;
    // Each look at the clock costs as much as finding the entry.
    const elapsed = timeline.elapsed();
    const there = this.#entries.get(write.key);
    const current = there?.isOver(elapsed) === true ? undefined : there;
    if (current !== undefined && write.opId !== undefined && write.opId === current.opId) {
      return current;
    }
    if (!this.#meets(current, write)) return undefined;
    const wall = timeline.wall();
    // An expired entry that is still there is filled again, as a new one.
    const stored = there ?? this.#insert(write.key);
    if (current === undefined) stored.createdAt = wall;
    stored.fill(write, versions.next(), wall);
    this.#clockwork.account?.entryWritten(stored, write);
    if (write.ttlMs !== "keep") this.#setLife(stored, write.ttlMs, elapsed, wall);
    else if (current === undefined) this.#setLife(stored, null, elapsed, wall);
    this.#changed();
    return stored;
  }

  increment({ key, by, ttlMs, opId }: Increment): Incremented {
    const { timeline, versions } = this.#clockwork;
    const current = this.find(key);
    const before = current === undefined ? 0 : current.value;
    if (typeof before !== "number") throw notCountable("key", "holds no number");
    if (current !== undefined && opId !== undefined && opId === current.opId) {
      return { value: before, version: versions.text(current.version) };
    }
    const value = before + by;
    if (!Number.isFinite(value)) throw notCountable("by", "makes the sum too large for a number");
    if (current !== undefined) {
      this.#clockwork.account?.entryIncremented(current, opId);
      current.refill(value, opId, versions.next(), timeline.wall());
      this.#changed();
      return { value, version: versions.text(current.version) };
    }
    const write = { key, value, source: "agent", ttlMs } as const;
    const result = this.save(opId === undefined ? write : { ...write, opId });
    return { value, version: result.version as string };
  }

  delete(removal: Removal): boolean {
    const stored = this.find(removal.key);
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
      const stored = this.find(key);
      if (stored === undefined) continue;
      if (filter !== undefined && !matchesFilter(filter, stored.metadata)) continue;
      items.push(this.#handOut(stored));
    }
    return { items };
  }

  /** Removes every entry; returns how many had not expired. */
  clear(): number {
    let live = 0;
    const { timeline, wheel, account } = this.#clockwork;
    const now = timeline.elapsed();
    let left = this.#entries.size;
    for (const stored of this.#entries.values()) {
      if (!stored.isOver(now)) live++;
      wheel.remove(stored);
      account?.entryRemoved(stored, --left === 0);
    }
    if (this.#entries.size > 0) this.#changed();
    this.#space.tenant.entries -= this.#entries.size;
    this.#entries.clear();
    this.#keys.changedAll();
    this.#space.releaseIfEmpty();
    return live;
  }

  /** Gives entries that live by the session an expiry of their own. */
  outliveSession(ttlMs: number): void {
    const { timeline } = this.#clockwork;
    const [elapsed, wall] = [timeline.elapsed(), timeline.wall()];
    for (const stored of this.#entries.values()) {
      if (stored.expiresAt === "session") this.#setLife(stored, ttlMs, elapsed, wall);
    }
  }

  /** About how many bytes its entries take, estimated from a sample of them. */
  bytes(): number {
    return bytesOf(this.#entries.values(), this.#entries.size, (stored) =>
      FOOTPRINTS.entry(stored.content()),
    );
  }

  remove(stored: StoredEntry): void {
    this.#clockwork.wheel.remove(stored);
    this.#entries.delete(stored.key);
    this.#clockwork.account?.entryRemoved(stored, this.#entries.size === 0);
    this.#keys.changed(stored.key);
    this.#changed();
    this.#space.tenant.entries--;
    this.#space.releaseIfEmpty();
  }

  #changed(): void {
    const { tenantId, workflowId } = this.#space;
    this.#clockwork.watches.changed(tenantId, workflowId);
  }

  #insert(givenKey: string): StoredEntry {
    const key = ownString(givenKey);
    const { account } = this.#clockwork;
    const stored = account?.createEntry(this, key) ?? new StoredEntry(this, key);
    this.#entries.add(key, stored);
    account?.entryAdded(stored, this.#entries.size === 1);
    this.#keys.changed(key);
    this.#space.tenant.entries++;
    return stored;
  }

  #meets(current: StoredEntry | undefined, { ifVersion, ifAbsent }: Condition): boolean {
    if (ifAbsent === true && current !== undefined) return false;
    if (ifVersion === undefined) return true;
    return current !== undefined && this.#clockwork.versions.text(current.version) === ifVersion;
  }

  /** Sets how long an entry lives from now. */
  #setLife(
    stored: StoredEntry,
    ttlMs: number | null | "session",
    elapsed: number,
    wall: number,
  ): void {
    const { wheel } = this.#clockwork;
    if (typeof ttlMs === "number") {
      stored.expiresAt = wall + ttlMs;
      wheel.set(stored, elapsed + ttlMs);
    } else {
      stored.expiresAt = ttlMs ?? undefined;
      wheel.set(stored, NEVER);
    }
  }

  #handOut(stored: StoredEntry): Entry {
    const { timeline, versions, account } = this.#clockwork;
    account?.entryUsed(stored);
    return stored.handOut(versions.text(stored.version), timeline, this.#space);
  }
}

function notCountable(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
