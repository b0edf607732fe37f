import { markdownBlocks } from "./markdown-blocks.ts";
import type { TextRange } from "./snippet.ts";

/** A part of a text that is found and shown by itself: `text.slice(start, end)`. */
export interface Passage extends TextRange {
  readonly text: string;
  /** The Markdown headings above it, outermost first. */
  readonly headings: readonly string[];
}

/** A text of up to so many characters is one passage, ... */
const WHOLE_LENGTH = 1_600;
/** ... and of a longer one, each passage has at most so many. */
const PASSAGE_LENGTH = 1_200;

/**
 * The passages that a stored text is compared and shown by, at least one: all of it up to 1,600 characters, and of a
 * longer one what `splitPassages` makes of it at 1,200.
 */
export function passagesOf(text: string): readonly [Passage, ...Passage[]] {
  const whole = { text, start: 0, end: text.length, headings: [] };
  if (text.length <= WHOLE_LENGTH) return [whole];
  const [first = whole, ...others] = splitPassages(text, { maxLength: PASSAGE_LENGTH });
  return [first, ...others];
}

/** What is embedded of a stored text: a string for each of `passagesOf`, with the headings above it. */
export function embeddedTexts(text: string): string[] {
  return passagesOf(text).map((passage) => [...passage.headings, passage.text].join("\n"));
}

/**
 * Splits a text where its structure does: at Markdown headings, then between blocks, then between sentences, so that no
 * passage is longer than `maxLength` UTF-16 code units unless a single character is; a sentence that is longer is cut.
 * White space around a passage is left out, and so are headings, which each passage below them names. A text of nothing
 * but headings is one passage, and one of nothing but white space none. Throws a `RangeError` when `maxLength` is not 1
 * or more.
 */
export function splitPassages(text: string, { maxLength }: { maxLength: number }): Passage[] {
  if (!(maxLength >= 1)) throw new RangeError("maxLength must be a number from 1.");
  const passages: Passage[] = [];
  let above: readonly { depth: number; text: string }[] = [];
  let current: TextRange = { start: 0, end: 0 };
  const flush = (next: number): void => {
    const range = trimmed(text, current);
    const headings = above.map((heading) => heading.text);
    if (range) passages.push({ text: text.slice(range.start, range.end), ...range, headings });
    current = { start: next, end: next };
  };
  for (const { start, end, heading } of markdownBlocks(text)) {
    if (heading) {
      flush(end);
      // By depth and not by place: levels may be skipped, and headings of one level stand beside each other.
      above = [...above.filter(({ depth }) => depth < heading.depth), heading];
      continue;
    }
    for (const piece of splitBlock(text, { start, end }, maxLength)) {
      if (piece.end - current.start > maxLength) flush(piece.start);
      current = { start: current.start, end: piece.end };
    }
  }
  flush(text.length);
  const whole = trimmed(text, { start: 0, end: text.length });
  if (passages.length > 0 || whole === undefined) return passages;
  return [{ text: text.slice(whole.start, whole.end), ...whole, headings: [] }];
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

/** Cuts at a word's end where there is one, and never through a character: one that is longer by itself is kept whole. */
function* cut(text: string, { start, end }: TextRange, maxLength: number): Generator<TextRange> {
  let from = start;
  while (end - from > maxLength) {
    const space = text.lastIndexOf(" ", from + maxLength);
    let to = space > from + maxLength / 2 ? space + 1 : from + maxLength;
    if (to - from > maxLength) to = from + maxLength;
    if (/[\uD800-\uDBFF]/.test(text.charAt(to - 1)) && to < end) to += to - from > 1 ? -1 : 1;
    yield { start: from, end: to };
    from = to;
  }
  if (from < end) yield { start: from, end };
}
