import { Lexer, Tokenizer } from "marked";

/** A part of a Markdown text: a paragraph, a fenced code block, a line of a list, or a heading. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly heading?: { readonly depth: number; readonly text: string };
}

/**
 * Leaves lists and quotes unparsed: what is nested in them is not part of a document's structure, and parsing it takes
 * time and stack in proportion to the depth of nesting.
 */
class FlatTokenizer extends Tokenizer {
  override list(): undefined {
    return undefined;
  }

  override blockquote(): undefined {
    return undefined;
  }
}

/** Yields the blocks of a text in order; together they cover all of it. Handles nesting of any depth. */
export function* markdownBlocks(text: string): Generator<Block> {
  // The lexer would turn CRLF into one character, and a byte order mark would hide a heading.
  const source = text
    .replace(/^\uFEFF/, " ")
    .replaceAll("\r\n", " \n")
    .replaceAll("\r", "\n");
  let start = 0;
  for (const token of new Lexer({ tokenizer: new FlatTokenizer() }).blockTokens(source, [])) {
    const end = start + token.raw.length;
    if (token.type === "heading") {
      const { depth, text: heading } = token as { depth: number; text: string };
      yield { start, end, heading: { depth, text: heading.trim() } };
    } else yield { start, end };
    start = end;
  }
}
