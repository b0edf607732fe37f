/*
 * Quotes text that anybody may have written, so that it can't break out of its place in a prompt. Unsafe characters
 * become HTML entities, so that nothing is lost: undoing `quotedText` gives back the text.
 */

const LINE_BREAK = /\r?\n/;

/**
 * - Anything that looks like a tag or a token of a chat template: `</memories…>`, `<|im_end|>`, `<｜User｜>`, `<<SYS>>`,
 *   `[/INST]`. So `<` stays only where no tag can begin: before white space, a digit, `=`, `-` and `>`.
 * - Characters that are read but not seen, or that move what is seen: controls, separators, changes of text direction,
 *   zero-width characters (except the joiners and marks of scripts and emoji), tag characters; and lone surrogates, on
 *   which some tokenizers fail.
 * - An ampersand that would be read as one of these entities.
 */
const UNSAFE =
  /<(?=[^\s\d=>-])|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_(?:CALLS|RESULTS|CONTENT)|THINK)\])|[\p{Cs}\p{Cc}\u200B\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]|&(?=(?:lt|amp|#x[\dA-F]+);)/giu;

const NAMED: Readonly<Record<string, string>> = { "<": "&lt;", "&": "&amp;", "\t": "\t" };

/** Marks every line, so that none can be taken for a line of the frame. Line breaks become `\n`. */
export function quotedText(text: string): string {
  return text
    .split(LINE_BREAK)
    .map((line) => `> ${escaped(line)}`)
    .join("\n");
}

/** A name on one line, in quotes that it can't close; a long one is cut and followed by its length. */
export function quotedName(name: string): string {
  const MAX = 120;
  if (name.length <= MAX) return escaped(JSON.stringify(name));
  return `${escaped(JSON.stringify(`${name.slice(0, MAX)}…`))} (${name.length} characters)`;
}

function escaped(text: string): string {
  return text.replace(UNSAFE, (unsafe) => NAMED[unsafe] ?? entity(unsafe));
}

function entity(character: string): string {
  return `&#x${(character.codePointAt(0) as number).toString(16).toUpperCase()};`;
}
