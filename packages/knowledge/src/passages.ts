import { marked, type Token, type Tokens } from "marked";

/** A part of a document that is found and shown by itself. */
export interface Passage {
  /** The headings above it, outermost first. */
  readonly headings: readonly string[];
  readonly text: string;
}

const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/**
 * Splits a document where its structure does: at Markdown headings, then between blocks, then between sentences, so
 * that no passage is longer than `maxLength` characters unless a single sentence is, which is cut.
 */
export function splitPassages(text: string, maxLength: number): Passage[] {
  const passages: Passage[] = [];
  let headings: readonly string[] = [];
  let above: readonly Tokens.Heading[] = [];
  let current = "";
  const flush = (): void => {
    if (current.trim() !== "") passages.push({ headings, text: current.trim() });
    current = "";
  };
  for (const token of marked.lexer(text)) {
    if (isHeading(token)) {
      flush();
      // By depth and not by place: levels may be skipped, and headings of one level stand beside each other.
      above = [...above.filter(({ depth }) => depth < token.depth), token];
      headings = above.map((heading) => heading.text.trim());
      continue;
    }
    for (const piece of splitBlock(token.raw, maxLength)) {
      if (current.length + piece.length > maxLength) flush();
      current += piece;
    }
  }
  flush();
  // A document of headings alone still says something.
  if (passages.length === 0 && headings.length > 0)
    return [{ headings, text: headings.join("\n") }];
  return passages;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

function splitBlock(block: string, maxLength: number): string[] {
  if (block.length <= maxLength) return [block];
  return [...sentences.segment(block)].flatMap(({ segment }) => cut(segment, maxLength));
}

/** Cuts at a word's end where there is one, and never through a character: one that is longer by itself is kept whole. */
function cut(sentence: string, maxLength: number): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > maxLength) {
    const space = rest.lastIndexOf(" ", maxLength);
    let end = space > maxLength / 2 ? space + 1 : maxLength;
    if (/[\uD800-\uDBFF]/.test(rest.charAt(end - 1))) end += end > 1 ? -1 : 1;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}
