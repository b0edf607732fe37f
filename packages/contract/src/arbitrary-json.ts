import fc from "fast-check";
import type { JsonObject, JsonValue } from "@mem/core";
import { NASTY_IDS } from "./nasty-ids.ts";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...NASTY_IDS, ""));

const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  // JSON as stored here has no negative zero.
  .map((n) => n + 0);

const { value, object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie("value"), { maxLength: 6 }),
    tie("object"),
  ),
  object: fc
    .array(fc.tuple(text, tie("value")), { maxLength: 6 })
    // All are own properties, even "__proto__".
    .map((entries) => Object.fromEntries(entries)),
}));

/** Any value that can be stored. */
export const jsonValue: fc.Arbitrary<JsonValue> = value;

/** Any object that can be stored, e.g. as metadata. */
export const jsonObject: fc.Arbitrary<JsonObject> = object;

/** Any name of a tenant, an agent, a workflow or a key. */
export const id: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_IDS),
  fc.string({ unit: "binary", minLength: 1 }),
);
