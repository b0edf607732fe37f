import { createHash } from "node:crypto";

const LENGTH = 24;

/** A text that is in everything written in one lifetime of a session, and nowhere else. */
export function markOf(epoch: string): string {
  const digest = createHash("sha256").update(epoch).digest("hex");
  // As one flat string: a heap snapshot shows the parts of a concatenated string, not the whole.
  return Buffer.from(`zq${digest.slice(0, LENGTH)}`).toString("latin1");
}

/** The key under which agents of one lifetime hand over to each other. */
export function relayOf(epoch: string): string {
  return `${markOf(epoch)}-relay`;
}

/** The text of a message after this many edits. */
export function textOf(epoch: string, message: string, edits: number): string {
  return `${markOf(epoch)} ${message} v${edits}`;
}

/** How often a message was edited, by its text; `undefined` if it is not a text of this message in this lifetime. */
export function editsOf(epoch: string, message: string, text: string): number | undefined {
  const before = `${markOf(epoch)} ${message} v`;
  if (!text.startsWith(before)) return undefined;
  const edits = Number(text.slice(before.length));
  return Number.isInteger(edits) ? edits : undefined;
}

/** The id of a message names the claim that it depends on, so that every reader knows the claim. */
export function messageId(name: string, claim?: { step: string; token: number }): string {
  return claim === undefined ? name : `${name}~${claim.step}~${claim.token}`;
}

export function claimOf(message: string): { step: string; token: number } | undefined {
  const [, step, token] = message.split("~");
  return step === undefined || token === undefined ? undefined : { step, token: Number(token) };
}
