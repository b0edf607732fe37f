import type { Health, MemoryError } from "@mem/core";
import type { OpenFiles } from "./open-files.ts";
import type { Settings } from "./options.ts";

type State = Pick<Health, "status" | "messages" | "details">;

export function healthOf({ catalog, vectors }: OpenFiles, { path, maxBytes }: Settings): State {
  const messages = vectors?.troubles ?? [];
  const pendingTexts = vectors?.pendingTexts ?? 0;
  return {
    status: messages.length === 0 ? "ok" : "degraded",
    messages,
    details: { path, bytes: catalog.bytes, maxBytes, pendingTexts },
  };
}

/** Of a store whose files could not be opened. */
export function healthWithout({ message }: MemoryError, { path }: Settings): State {
  return { status: "down", messages: [message], details: { path } };
}
