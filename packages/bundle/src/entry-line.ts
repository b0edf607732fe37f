import { parseJson, type EmbedderFingerprint, type PortableEntry, type Scope } from "@mem/core";
import { sealLine } from "./sealed-line.ts";

/** An entry as its line has it. */
interface EntryRecord extends Omit<PortableEntry["entry"], "text"> {
  readonly crc: string;
  readonly tenantId: string;
  readonly workflowId?: string;
  readonly agentId?: string;
  /** Left out where the value is the text. */
  readonly text?: string;
  readonly opId?: string;
  /** 32-bit floats, least significant byte first, in base64. */
  readonly vector?: string;
}

const FIELDS: ReadonlySet<string> = new Set([
  "crc",
  "tenantId",
  "workflowId",
  "agentId",
  "key",
  "value",
  "text",
  "metadata",
  "subject",
  "sequence",
  "source",
  "derivedFrom",
  "createdAt",
  "updatedAt",
  "opId",
  "vector",
] satisfies (keyof EntryRecord)[]);

/** The line of an entry: the same entry makes the same line, whatever store it comes from. */
export function encodeEntry({ scope, entry, opId, vector }: PortableEntry): string {
  const { sequence } = entry;
  return sealLine({
    tenantId: scope.tenantId,
    workflowId: scope.workflowId,
    agentId: scope.agentId,
    key: entry.key,
    value: entry.value,
    text: entry.text === entry.value ? undefined : entry.text,
    metadata: entry.metadata,
    subject: entry.subject,
    sequence: sequence && { id: sequence.id, position: sequence.position },
    source: entry.source,
    derivedFrom: entry.derivedFrom,
    createdAt: entry.createdAt,
    updatedAt: entry.updatedAt,
    opId,
    vector: vector && encodeVector(vector),
  });
}

/**
 * Decodes the entry of a line whose seal was checked. The store checks the contents of its fields; throws an `Error`
 * for anything else that is wrong.
 */
export function decodeEntry(
  line: Buffer,
  embedder: EmbedderFingerprint | undefined,
): PortableEntry {
  const record = parseJson(line.toString()) as EntryRecord;
  for (const name in record) {
    // It would be lost.
    if (!FIELDS.has(name)) throw new Error("has a field that entries do not have");
  }
  const { crc: _, tenantId, workflowId, agentId, text, opId, vector, ...content } = record;
  const scope = {
    tenantId,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
  } as Scope;
  return {
    scope,
    entry: { ...content, text: text ?? (content.value as string) },
    ...(opId !== undefined && { opId }),
    ...(vector !== undefined && { vector: decodeVector(vector, embedder?.dimensions ?? 0) }),
  };
}

function encodeVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}

function decodeVector(base64: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const bytes = Buffer.from(vector.buffer);
  const isWhole =
    typeof base64 === "string" &&
    base64.length === Math.ceil(bytes.length / 3) * 4 &&
    bytes.write(base64, "base64") === bytes.length;
  if (!isWhole || dimensions === 0) {
    throw new Error("has a vector of another length than the first line says");
  }
  return vector;
}
