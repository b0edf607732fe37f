import { hash } from "node:crypto";

const EXTENSION = ".jsonl";

/** Names that are the same on every file system, in every case and normalisation, and special to no shell. */
const ORDINARY = /^[a-z0-9_](?:[a-z0-9._-]{0,98}[a-z0-9_-])?$/;
const ENCODED = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9_])?~[0-9a-f]{32}$/;
/** Names that Windows takes for devices, whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/**
 * The name of an agent's file: `<agent>.jsonl` if that is safe everywhere, otherwise the readable rest of the id, `~`
 * and 128 bits of its SHA-256. No two ids share a file, even if the file system ignores case.
 */
export function agentFile(agentId: string): string {
  return safeName(agentId) + EXTENSION;
}

/** Whether a file may be an agent's, judged by its name; its content decides. */
export function isAgentFile(name: string): boolean {
  if (!name.endsWith(EXTENSION)) return false;
  const stem = name.slice(0, -EXTENSION.length);
  return isOrdinary(stem) || ENCODED.test(stem);
}

/**
 * The name of a tenant's folder within the store's: empty for `"default"`, which has none of its own, `@<tenant>` for
 * the others. No name of an agent's file begins with `@`.
 */
export function tenantFolder(tenantId: string): string {
  return tenantId === "default" ? "" : `@${safeName(tenantId)}`;
}

function safeName(id: string): string {
  return isOrdinary(id) ? id : `${readableRest(id)}~${hash("sha256", id).slice(0, 32)}`;
}

function isOrdinary(id: string): boolean {
  return ORDINARY.test(id) && !DEVICE.test(id);
}

function readableRest(id: string): string {
  const rest = id
    .slice(0, 200)
    .replaceAll(/[^A-Za-z0-9_]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return rest === "" ? "id" : rest;
}
