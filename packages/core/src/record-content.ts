import { copyJson, copyJsonObject } from "./copy-json.ts";
import { invalid } from "./errors.ts";
import type { JsonLimits } from "./json.ts";
import type { ExecutionRecord } from "./record-store.ts";
import { checkId } from "./scope.ts";

/** The content of a record, without what identifies it. */
export type RecordContent = Pick<
  ExecutionRecord,
  "status" | "input" | "output" | "error" | "durationMs" | "metadata" | "subject"
>;

/** A checked copy of a record's content, its fields in the order in which they are stored. */
export function copyContent(
  from: { readonly [name in keyof RecordContent]: unknown },
  path: string,
  limits: JsonLimits,
): RecordContent {
  const { status, input, output, error, durationMs, metadata, subject } = from;
  const copy = (value: unknown, name: string): ReturnType<typeof copyJson> =>
    copyJson(value, `${path}.${name}`, limits);
  return {
    status: checkId(status, `${path}.status`),
    ...(input !== undefined && { input: copy(plainError(input), "input") }),
    ...(output !== undefined && { output: copy(plainError(output), "output") }),
    ...(error !== undefined && { error: copy(plainError(error), "error") }),
    ...(durationMs !== undefined && { durationMs: checkDuration(durationMs, path) }),
    ...(metadata !== undefined && {
      metadata: copyJsonObject(metadata, `${path}.metadata`, limits),
    }),
    ...(subject !== undefined && { subject: checkId(subject, `${path}.subject`) }),
  };
}

function checkDuration(durationMs: unknown, path: string): number {
  if (typeof durationMs !== "number" || !(durationMs >= 0) || !Number.isFinite(durationMs)) {
    throw invalid(`${path}.durationMs`, "has to be a number of milliseconds, 0 or more");
  }
  return durationMs;
}

function plainError(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, code } = value as Error & { readonly code?: unknown };
  return {
    name: wellFormed(name),
    message: wellFormed(message),
    ...(typeof code === "string" && { code: wellFormed(code) }),
    ...(Number.isFinite(code) && { code }),
  };
}

/** An error may quote text that was cut within a character: that must not keep it from being recorded. */
function wellFormed(text: unknown): string {
  return String(text).toWellFormed();
}
