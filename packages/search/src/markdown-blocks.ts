import { Lexer, Tokenizer } from "marked";

/** A stretch of a Markdown text: a paragraph, a fence of code, a line of a list, or a heading. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly heading?: { readonly depth: number; readonly text: string };
}

/**
 * Lists and quotes stay as they are written: what is nested in them is none of a document's structure, and taking them
 * apart takes time, and stack, by how deep somebody nested them.
 */
class FlatTokenizer extends Tokenizer {
  override list(): undefined {
    return undefined;
  }

  override blockquote(): undefined {
    return undefined;
  }
}

/** The blocks of a text, one after the other; together they are all of it. */
export function* markdownBlocks(text: string): Generator<Block> {
  // The lexer would make one character of the two that end a line on Windows, and a byte order mark would hide a heading.
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
