import type { JsonValue } from "@mem/core";

/** What is compared: values by key, told with the key's number. */
export interface Client {
  save(key: string, value: JsonValue, i: number): Promise<unknown>;
  get(key: string, i: number): Promise<unknown>;
  /** How many it holds. */
  count?(): Promise<unknown>;
  /** Removes all that it has saved. */
  clear?(): Promise<unknown>;
  /** What has to be done after that and is no part of it. */
  afterClear?(): Promise<unknown>;
}
