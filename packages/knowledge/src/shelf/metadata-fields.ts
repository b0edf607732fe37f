import type { Filter, JsonObject } from "@mem/core";

/*
 * The knowledge keeps a note of its own in the metadata of a passage. Names of users that begin like it get a second
 * `$` on their way into the store, in metadata and in filters, and lose it on their way out: nobody can name the note.
 */

/** The ingest that stored a passage. */
export const INGEST_FIELD = "$ingest";

export function toStored(metadata: JsonObject, ingest: string): JsonObject {
  return { ...renamed(metadata, storedName), [INGEST_FIELD]: ingest };
}

export function toShown(metadata: JsonObject | undefined): JsonObject {
  const { [INGEST_FIELD]: _, ...shown } = metadata ?? {};
  return renamed(shown, shownName);
}

/** A filter on metadata as it is shown, for metadata as it is stored. */
export function onStored(filter: Filter): Filter {
  switch (filter.op) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map(onStored) };
    case "not":
      return { ...filter, filter: onStored(filter.filter) };
    default:
      return { ...filter, field: storedName(filter.field) };
  }
}

function storedName(name: string): string {
  return name.startsWith("$") ? `$${name}` : name;
}

function shownName(name: string): string {
  return name.startsWith("$$") ? name.slice(1) : name;
}

function renamed(metadata: JsonObject, rename: (name: string) => string): JsonObject {
  if (!Object.keys(metadata).some((name) => name.startsWith("$"))) return metadata;
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [rename(name), value]));
}
