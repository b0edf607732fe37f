import type { JsonValue, ListRequest, LongTermWrite, Scope } from "../src/index.ts";
import { place } from "./entry-place.ts";

type Kept = LongTermWrite & { readonly version: string };

/** Long-term memory that stores each write under its scope and key. */
export class KeptEntries {
  readonly entries: Map<string, Kept> = new Map<string, Kept>();
  /** Runs before each call, with the name of its method. */
  hook: (method: string) => unknown = () => undefined;
  #versions = 0;

  async save(scope: Scope, writes: readonly LongTermWrite[]): Promise<object[]> {
    await this.hook("save");
    return writes.map((write) => {
      const name = place(scope, write.key);
      const known = this.entries.get(name);
      if (known !== undefined && known.opId === write.opId) return { stored: true };
      if (write.ifAbsent === true && known !== undefined) return { stored: false };
      if (write.ifVersion !== undefined && known?.version !== write.ifVersion) {
        return { stored: false };
      }
      const version = `l${++this.#versions}`;
      this.entries.set(name, { ...structuredClone(write), version });
      return { stored: true, version };
    });
  }

  async get(scope: Scope, keys: readonly string[]): Promise<unknown[]> {
    await this.hook("get");
    return keys.map((key) => this.entries.get(place(scope, key)));
  }

  async list(scope: Scope, { prefix = "", limit, cursor = "" }: ListRequest): Promise<object> {
    await this.hook("list");
    const keys = [...this.entries]
      .filter(([name, { key }]) => name === place(scope, key) && key.startsWith(prefix))
      .map(([, { key }]) => key)
      .filter((key) => key > cursor)
      .toSorted();
    const items = keys.slice(0, limit).map((key) => this.entries.get(place(scope, key)) as Kept);
    return { items, ...(keys.length > limit && { cursor: items.at(-1)?.key }) };
  }

  async delete(scope: Scope, removals: readonly { key: string }[]): Promise<boolean[]> {
    await this.hook("delete");
    return removals.map(({ key }) => this.entries.delete(place(scope, key)));
  }

  async search(): Promise<never[]> {
    return [];
  }

  async erase(): Promise<never> {
    throw new Error("unused");
  }

  async close(): Promise<void> {
    await this.hook("close");
  }

  get values(): JsonValue[] {
    return [...this.entries.values()].map(({ value }) => value);
  }
}
