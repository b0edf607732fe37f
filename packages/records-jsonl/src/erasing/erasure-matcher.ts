import { parseJson, type RecordErasureRequest } from "@mem/core";

/** Decides whether an erasure concerns a line. */
export interface ErasureMatcher {
  /** Undefined if the line stays; otherwise it is erased, and `id` is its record's id, if it has one. */
  match(line: Buffer): { readonly id: string | undefined } | undefined;
}

/** Escapes with which JSON can write the same text differently, though no store does. */
const ESCAPES = ["\\u", "\\/"].map((escape) => Buffer.from(escape));

/** Parses only lines that contain the bytes of what is looked for, or escaped characters. */
export function matcherOf(request: RecordErasureRequest): ErasureMatcher {
  const [name, wanted] =
    "id" in request ? (["id", request.id] as const) : (["subject", request.subject] as const);
  const bytes = Buffer.from(JSON.stringify(wanted));
  return {
    match(line) {
      const isNamed = line.includes(bytes);
      if (!isNamed && !ESCAPES.some((escape) => line.includes(escape))) return undefined;
      let value: unknown;
      try {
        value = parseJson(line.toString());
      } catch {
        // Nobody can tell any more what it was; if it contains what is looked for, it is erased.
        return isNamed ? { id: undefined } : undefined;
      }
      if (typeof value !== "object" || value === null) return undefined;
      const record = value as Record<string, unknown>;
      if (record[name] !== wanted) return undefined;
      return { id: typeof record["id"] === "string" ? record["id"] : undefined };
    },
  };
}
