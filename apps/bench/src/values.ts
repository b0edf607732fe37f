import type { JsonValue } from "@mem/core";
import { createRandom } from "./random.ts";
import { CONTAINERS, SHAPES, type Facts } from "./value-shapes.ts";
import { drawText, drawWord, type Script } from "./value-text.ts";

/** About 230 bytes of JSON, or about 4.3 KB. */
export type ValueSize = "230 B" | "4.3 KB";

/** A property that every value has, somewhere among its others. */
export interface Numbered {
  readonly seq: number;
}

const SMALL_BYTES = 230;
const LARGE_BYTES = 4290;
const ITEMS = 14;
const SEED = 20_261_122;
const SCRIPTS: readonly Script[] = ["ascii", "ascii", "ascii", "ascii", "latin", "ascii", "wide"];

/**
 * The JSON of `count` values, the same ones in every run: all shapes in turn, two in seven with text beyond ASCII.
 * Values are parsed from it like ones that came over a network.
 */
export function createValueTexts(size: ValueSize, count: number): string[] {
  const random = createRandom(SEED);
  return Array.from({ length: count }, (_, seq) => {
    const script = SCRIPTS[seq % SCRIPTS.length] as Script;
    const value =
      size === "230 B" ? small(seq, SMALL_BYTES, script, random) : large(seq, script, random);
    return JSON.stringify(value);
  });
}

function small(seq: number, bytes: number, script: Script, random: () => number): JsonValue {
  const shape = SHAPES[seq % SHAPES.length] as (typeof SHAPES)[number];
  const facts = drawFacts(seq, random);
  const rest = Buffer.byteLength(JSON.stringify(shape(facts, "")));
  return shape(facts, drawText(script, Math.max(0, bytes - rest), random));
}

/** In one script only: a single letter beyond Latin doubles the memory of a whole text. */
function large(seq: number, script: Script, random: () => number): JsonValue {
  const container = CONTAINERS[seq % CONTAINERS.length] as (typeof CONTAINERS)[number];
  const facts = drawFacts(seq, random);
  const empty = Array.from({ length: ITEMS }, () => ({}));
  const rest = Buffer.byteLength(JSON.stringify(container(facts, empty)));
  const bytes = Math.round((LARGE_BYTES - rest) / ITEMS);
  return container(
    facts,
    Array.from({ length: ITEMS }, (_, i) => small(seq + i, bytes, script, random)),
  );
}

function drawFacts(seq: number, random: () => number): Facts {
  return {
    seq,
    name: drawWord(random),
    other: drawWord(random),
    count: Math.floor(random() * 5000),
    share: Math.round(random() * 1e6) / 1e6,
    at: 1_790_000_000_000 + Math.floor(random() * 1e9),
    flag: random() < 0.5,
  };
}
