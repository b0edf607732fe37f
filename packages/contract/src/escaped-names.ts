import type { JsonObject } from "@mem/core";

/**
 * Objects that differ only in one name, which JSON writes with an escape. Where `JSON.parse` reads them one after the
 * other, some engines take some of these names for the first one: see `parseJson` of `@mem/core`.
 */
export const ESCAPED_NAMES: readonly JsonObject[] = ["\\", '"', "\n", "\0", "\\n"].map((name) => ({
  first: 1,
  [name]: 2,
}));
