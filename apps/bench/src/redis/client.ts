import type { JsonValue } from "@mem/core";

/** What is compared: values by key, along with the key's number. */
export interface Client {
  save(key: string, value: JsonValue, i: number): Promise<unknown>;
  get(key: string, i: number): Promise<unknown>;
  /** The number of values that it holds. */
  count?(): Promise<unknown>;
  /** Removes everything that it has saved. */
  clear?(): Promise<unknown>;
  /** What has to be done afterwards and does not count. */
  afterClear?(): Promise<unknown>;
}
