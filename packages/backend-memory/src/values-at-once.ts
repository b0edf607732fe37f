import type { CallOptions, JsonValue, Scope, ShortTermWrite, ValuesAtOnce } from "@mem/core";
import type { Memory } from "./memory.ts";
import type { Space } from "./space.ts";

/** Single values without a promise: what the backend's `get` and `save` do, for who needs no more of an entry. */
export class MemoryValues implements ValuesAtOnce {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get(scope: Scope, key: string, options?: CallOptions): JsonValue | undefined {
    return this.#memory.enter(scope, options)?.entries.value(key);
  }

  save(scope: Scope, write: ShortTermWrite, options?: CallOptions): boolean {
    const space =
      options?.session === undefined
        ? this.#memory.enter(scope, options)
        : this.#memory.enter(scope, options, wasDoneBy(write));
    if (write.ttlMs === "session") this.#memory.liveSession(scope);
    if (space !== undefined) return space.entries.store(write) !== undefined;
    return this.#memory.inNewSpace(scope, ({ entries }) => entries.store(write) !== undefined);
  }
}

/** Whether a write has happened before: a function only where a session asks. */
function wasDoneBy(write: ShortTermWrite): (space: Space | undefined) => boolean {
  return (space) => space?.entries.wasDone(write) === true;
}
