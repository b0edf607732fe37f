import type { EmbedderFingerprint, LongTermWrite, PortableEntry, RestoreOptions } from "@mem/core";
import { embeddedTexts } from "@mem/search";
import type { RestoredEntry, Restoring } from "./change.ts";
import { fingerprintOf, isSameEmbedder } from "../vectors/fingerprint.ts";

/** Approximate maximum size of a frame of the log, in characters. */
const FRAME_CHARACTERS = 1 << 20;
const FRAME_ENTRIES = 1_000;

/** The changes that put entries back, each small enough for one frame of the log. */
export function* restoring(
  entries: readonly PortableEntry[],
  { ifExists, vectorsOf }: RestoreOptions,
  own: EmbedderFingerprint | undefined,
  at: number,
): Generator<Restoring> {
  const takesVectors =
    own !== undefined && vectorsOf !== undefined && isSameEmbedder(own, vectorsOf);
  const shared: Omit<Restoring, "entries"> = {
    kind: "restore",
    at,
    onlyAbsent: ifExists === "skip",
    ...(takesVectors && { vectorsOf: fingerprintOf(own) }),
  };
  let frame: RestoredEntry[] = [];
  let characters = 0;
  for (const entry of entries) {
    frame.push(toRestored(entry, takesVectors));
    // A value is about as long as its text; each number of a vector takes six characters.
    characters += 2 * entry.entry.text.length + 6 * (entry.vector?.length ?? 0);
    if (frame.length < FRAME_ENTRIES && characters < FRAME_CHARACTERS) continue;
    yield { ...shared, entries: frame };
    frame = [];
    characters = 0;
  }
  if (frame.length > 0) yield { ...shared, entries: frame };
}

function toRestored(
  { scope, entry, opId, vector }: PortableEntry,
  takesVectors: boolean,
): RestoredEntry {
  const { createdAt, updatedAt, ...rest } = entry;
  const write: LongTermWrite = { ...rest, ...(opId !== undefined && { opId }) };
  // For a long text, only the sum of its passages' vectors is portable, so they are made again.
  const isWhole = write.text.trim() !== "" && embeddedTexts(write.text).length === 1;
  const takesVector = takesVectors && isWhole && vector !== undefined;
  return { scope, write, createdAt, updatedAt, ...(takesVector && { vector }) };
}
