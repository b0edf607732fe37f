import { cloneJson, type JsonValue, type LogItem } from "@mem/core";

/** What is to be kept, or is. */
export interface LogContent {
  readonly id: string;
  readonly value: JsonValue;
  readonly ties?: readonly string[] | undefined;
}

/** An item as it is kept. */
export interface KeptItem extends LogContent {
  readonly position: number;
  readonly at: number;
  readonly ties: readonly string[] | undefined;
  value: JsonValue;
  edits: number;
}

/** The item as the caller's own. */
export function handOut({ id, position, at, value, edits }: KeptItem): LogItem {
  return { id, position, at, value: cloneJson(value), edits };
}
