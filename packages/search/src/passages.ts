import { markdownBlocks } from "./markdown-blocks.ts";
import type { TextRange } from "./snippet.ts";

/** A part of a text that is found and shown on its own: `text.slice(start, end)`. */
export interface Passage extends TextRange {
  readonly text: string;
  /** The Markdown headings above it, outermost first. */
  readonly headings: readonly string[];
}

/** A text of up to this many characters is one passage; ... */
const WHOLE_LENGTH = 1_600;
/** ... each passage of a longer text has at most this many. */
const PASSAGE_LENGTH = 1_200;
/** This many passages of a text have vectors of their own; a longer text is found by its first ones. */
const EMBEDDED_PASSAGES = 256;
/** A longer heading counts as text, because every passage below would repeat it. */
const HEADING_LENGTH = 200;

/**
 * Returns the passages by which a stored text is compared and shown, at least one: the whole text if it has up to 1,600
 * characters, otherwise the result of `splitPassages` with a `maxLength` of 1,200.
 */
export function passagesOf(text: string): readonly [Passage, ...Passage[]] {
  const whole = { text, start: 0, end: text.length, headings: [] };
  if (text.length <= WHOLE_LENGTH) return [whole];
  const [first = whole, ...others] = splitPassages(text, { maxLength: PASSAGE_LENGTH });
  return [first, ...others];
}

/** Returns the strings to embed for a text: each of its first 256 `passagesOf`, with the headings above it. */
export function embeddedTexts(text: string): string[] {
  const embedded = passagesOf(text).slice(0, EMBEDDED_PASSAGES);
  return embedded.map((passage) => [...passage.headings, passage.text].join("\n"));
}

/**
 * Splits a text along its structure: at Markdown headings, then between blocks, then between sentences. No passage is
 * longer than `maxLength` UTF-16 code units, unless a single character is; longer sentences are cut. White space around
 * a passage is left out. So are headings, which each passage below them names instead; a heading with nothing below it
 * is a passage itself, and one of more than 200 characters is treated as text. A text of only white space has no
 * passages. Throws a `RangeError` if `maxLength` is not 1 or more.
 */
export function splitPassages(text: string, { maxLength }: { maxLength: number }): Passage[] {
  if (!(maxLength >= 1)) throw new RangeError("maxLength must be a number from 1.");
  const passages: Passage[] = [];
  let above: readonly Heading[] = [];
  let current: TextRange = { start: 0, end: 0 };
  const push = (range: TextRange | undefined, headings: readonly Heading[]): void => {
    if (range === undefined) return;
    const names = headings.map((heading) => heading.text);
    passages.push({ text: text.slice(range.start, range.end), ...range, headings: names });
  };
  const flush = (next: number): void => {
    push(trimmed(text, current), above);
    current = { start: next, end: next };
  };
  /** Ends the section below the last heading; keeps a heading with nothing below it as a passage. */
  const endSection = (depth: number): void => {
    flush(current.end);
    const last = above.at(-1);
    if (last === undefined || depth > last.depth) return;
    if ((passages.at(-1)?.end ?? 0) <= last.range.start) push(last.range, above.slice(0, -1));
  };
  for (const { start, end, heading } of markdownBlocks(text)) {
    const range = heading && trimmed(text, { start, end });
    if (heading && range && range.end - range.start <= Math.min(HEADING_LENGTH, maxLength)) {
      endSection(heading.depth);
      current = { start: end, end };
      // By depth, not by index: levels may be skipped, and a heading replaces the one before it on its level.
      above = [...above.filter(({ depth }) => depth < heading.depth), { ...heading, range }];
      continue;
    }
    for (const piece of splitBlock(text, { start, end }, maxLength)) {
      if (piece.end - current.start > maxLength) flush(piece.start);
      current = { start: current.start, end: piece.end };
    }
  }
  endSection(0);
  return passages;
}

interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly range: TextRange;
}

function trimmed(text: string, { start, end }: TextRange): TextRange | undefined {
  const part = text.slice(start, end);
  const from = start + part.length - part.trimStart().length;
  return part.trim() === "" ? undefined : { start: from, end: from + part.trim().length };
}

// A fixed locale, so that the passages do not depend on the machine's.
const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

function* splitBlock(
  text: string,
  { start, end }: TextRange,
  maxLength: number,
): Generator<TextRange> {
  if (end - start <= maxLength) {
    yield { start, end };
    return;
  }
  for (const { segment, index } of sentences.segment(text.slice(start, end))) {
    yield* cut(text, { start: start + index, end: start + index + segment.length }, maxLength);
  }
}

/** Cuts at the end of a word if possible, never within a character; one that is longer than `maxLength` stays whole. */
function* cut(text: string, { start, end }: TextRange, maxLength: number): Generator<TextRange> {
  let from = start;
  while (end - from > maxLength) {
    const space = text.slice(from, from + maxLength).lastIndexOf(" ");
    let to = from + (space > maxLength / 2 ? space + 1 : maxLength);
    if (/[\uD800-\uDBFF]/.test(text.charAt(to - 1)) && to < end) to += to - from > 1 ? -1 : 1;
    yield { start: from, end: to };
    from = to;
  }
  if (from < end) yield { start: from, end };
}
