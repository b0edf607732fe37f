import type { CallOptions, JsonValue, Scope, ShortTermWrite, ValuesAtOnce } from "@mem/core";
import type { Memory } from "./memory.ts";
import type { Space } from "./space.ts";

/** Single values without a promise: the backend's `get` and `save` for callers that need only an entry's value. */
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

/** Whether a write has happened before; a function, because only a session asks for it. */
function wasDoneBy(write: ShortTermWrite): (space: Space | undefined) => boolean {
  return (space) => space?.entries.wasDone(write) === true;
}
