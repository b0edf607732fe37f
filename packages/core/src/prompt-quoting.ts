/*
 * How a text that anybody may have written stands in a prompt without leaving its place. What is unsafe is written as the
 * entity that HTML has for it, so that nothing is lost: `quotedText` undone is the text.
 */

const LINE_BREAK = /\r?\n/;

/**
 * - What looks like a tag or a token of a chat template: `</memories…>`, `<|im_end|>`, `<｜User｜>`, `<<SYS>>`, `[/INST]`. So
 *   `<` stands as it is only where no tag can begin: before white space, a digit, `=`, `-` and `>`.
 * - What is read but not seen, or moves what is seen: controls, separators, changes of direction, characters without
 *   width (but joiners and marks that scripts and emoji are written with), tag characters; and halves of characters,
 *   which not every tokenizer survives.
 * - An ampersand that would be taken for one of these.
 */
const UNSAFE =
  /<(?=[^\s\d=>-])|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_(?:CALLS|RESULTS|CONTENT)|THINK)\])|[\p{Cs}\p{Cc}\u200B\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]|&(?=(?:lt|amp|#x[\dA-F]+);)/giu;

const NAMED: Readonly<Record<string, string>> = { "<": "&lt;", "&": "&amp;", "\t": "\t" };

/** Every line after a mark, so that none can be taken for a line of the frame. Line breaks become `\n`. */
export function quotedText(text: string): string {
  return text
    .split(LINE_BREAK)
    .map((line) => `> ${escaped(line)}`)
    .join("\n");
}

/** A name on one line, in quotes that it can't close; of a long one the beginning, and how long it is. */
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
