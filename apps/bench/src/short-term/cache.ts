import type { JsonValue } from "@mem/core";

/** What is compared: values by key. Methods return a promise or the result itself, as its users get it. */
export interface Cache {
  readonly isAsync: boolean;
  save(key: string, value: JsonValue, ttlMs: number): unknown;
  get(key: string): unknown;
}
