import type { EntrySource, PortableEntry, Scope, Sequence } from "@mem/core";
import { encodeParts, encodeScope, parseJson } from "@mem/core";
import fc from "fast-check";

export function portable(
  scope: Scope,
  key: string,
  fields: Partial<PortableEntry["entry"]> = {},
): PortableEntry {
  const times = { createdAt: 1_700_000_000_000, updatedAt: 1_700_000_000_001 };
  return { scope, entry: { key, value: key, text: key, source: "agent", ...times, ...fields } };
}

export const ann: Scope = { tenantId: "acme", agentId: "ann" };

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\n", "\r\n", "\u2028", '","crc":"', "__proto__", "\0", "😀"),
);
const id = text.filter((name) => name !== "");
// JSON as stored here has no negative zero.
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);

const value = fc.jsonValue({ stringUnit: "binary" }).map((json) => withoutNegativeZero(json));

const entry: fc.Arbitrary<PortableEntry["entry"]> = fc.record(
  {
    key: id,
    value,
    text,
    source: fc.constantFrom<EntrySource>("agent", "document", "message", "promotion"),
    createdAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    updatedAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    metadata: fc.dictionary(text, value),
    subject: id,
    sequence: fc.record({ id, position: number }) satisfies fc.Arbitrary<Sequence>,
    derivedFrom: fc.array(text, { maxLength: 3 }),
  },
  { requiredKeys: ["key", "value", "text", "source", "createdAt", "updatedAt"] },
) as fc.Arbitrary<PortableEntry["entry"]>;

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ tenantId: id, agentId: id }),
  fc.record({ tenantId: id, workflowId: id }),
  fc.record({ tenantId: id, workflowId: id, agentId: id }),
);

/** Entries of any content, each in a place of its own. */
export const portableEntries: fc.Arbitrary<PortableEntry[]> = fc.uniqueArray(
  fc.record({ scope, entry, opId: id }, { requiredKeys: ["scope", "entry"] }),
  {
    selector: (each) => encodeParts([encodeScope(each.scope), each.entry.key]),
    maxLength: 12,
  },
);

function withoutNegativeZero(json: unknown): never {
  return parseJson(JSON.stringify(json)) as never;
}
