import type { FileLine } from "@mem/append-log";
import { agentFile, tenantFolder } from "../folder/file-names.ts";
import { decodeControl } from "../line/control-line.ts";
import { kindOfLine } from "../line/line-kind.ts";
import { decodeRecord, type DecodedRecord } from "../line/record-line.ts";

export interface LineContext {
  /** The agent's current file within the store's folder, which says whose records belong here. */
  readonly label: string;
  /** Whether the line is in the file that is appended to. */
  readonly current: boolean;
  readonly maxLineBytes: number;
}

/**
 * Returns the record on a line, or what is wrong with the line, or undefined if it is not meant to be a record. Queries
 * and the index rely on this function alone, so that they never differ.
 */
export function readRecord(
  line: FileLine,
  context: LineContext,
): DecodedRecord | string | undefined {
  const { line: bytes, terminated } = line;
  if (!terminated) return "torn: it has no end";
  if (bytes === undefined) return `longer than ${context.maxLineBytes} bytes`;
  const kind = kindOfLine(bytes);
  switch (kind) {
    case "blank":
    case "erased":
      return undefined;
    case "record":
    case "torn":
    case "foreign":
      return recordOf(bytes, context.label);
    case "sealed":
      return context.current ? "a seal in a file that is appended to" : undefined;
    default:
      return decodeControl(bytes) === undefined ? `no ${kind} line` : undefined;
  }
}

function recordOf(bytes: Buffer, label: string): DecodedRecord | string {
  const decoded = decodeRecord(bytes);
  if (typeof decoded === "string") return decoded;
  const { tenantId, agentId } = decoded.record;
  // Whoever can write to one agent's file can't speak for another agent or tenant.
  return labelOf(tenantId, agentId) === label ? decoded : "a record of another agent or tenant";
}

let last = { tenantId: "", agentId: "", label: "" };

/** Cached, because nearly every line has the tenant and the agent of the line before. */
function labelOf(tenantId: string, agentId: string): string {
  if (last.tenantId !== tenantId || last.agentId !== agentId) {
    const folder = tenantFolder(tenantId);
    const name = agentFile(agentId);
    last = { tenantId, agentId, label: folder === "" ? name : `${folder}/${name}` };
  }
  return last.label;
}
