import { encodeParts, encodeScope } from "@mem/core";
import { decodeEntry } from "./entry-record.ts";
import type { EntryView } from "./entry-view.ts";
import { readFormat, wrong, type FileFormat } from "./file-format.ts";
import type { StoredEntry } from "./stored-entry.ts";

const FORMAT: FileFormat = { name: "mem-long-term", version: 1 };

/** What the file holds. */
export interface Document {
  readonly entries: readonly StoredEntry[];
  /** The newest version that was ever given out, be its entry still there or not. */
  readonly lastVersion: number;
}

/** The text of the file, in an order that depends on nothing but the entries. */
export function encodeDocument(view: EntryView, lastVersion: number): string {
  const entries = view
    .scopes()
    .flatMap((scope) => view.entries(scope).map((stored) => stored.json))
    .join(",\n");
  return `{
  "format": "${FORMAT.name}",
  "formatVersion": ${FORMAT.version},
  "lastVersion": ${lastVersion},
  "entries": ${entries === "" ? "[]" : `[\n${entries}\n  ]`}
}
`;
}

/** Throws `MEM_CORRUPT` or `MEM_FORMAT`, which name the file and the place in it. */
export function decodeDocument(file: string, content: Uint8Array): Document {
  return readFormat(file, content, FORMAT, ({ lastVersion, entries }) => {
    if (typeof lastVersion !== "number" || !Number.isSafeInteger(lastVersion) || lastVersion < 0) {
      throw wrong("lastVersion", "has to be a whole number");
    }
    if (!Array.isArray(entries)) throw wrong("entries", "has to be an array");
    const decoded = entries.map((entry, i) => decodeEntry(entry, `entries[${i}]`));
    refuseDoubles(decoded);
    return { lastVersion, entries: decoded };
  });
}

/** One of the two would be lost. */
function refuseDoubles(entries: readonly StoredEntry[]): void {
  const places = new Set<string>();
  for (const [i, { scope, entry }] of entries.entries()) {
    const place = encodeParts([encodeScope(scope), entry.key]);
    if (places.has(place)) throw wrong(`entries[${i}]`, "is there twice");
    places.add(place);
  }
}
