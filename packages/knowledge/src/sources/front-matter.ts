const RULE = /^---[ \t]*\r?$/;
const KEY = /^(?:[\w.-]+|"[^"]*"|'[^']*')[ \t]*:(?:\s|$)/;
const LIST_ITEM = /^-(?:\s|$)/;
const COMMENT = /^#/;
const CONTINUATION = /^[ \t]/;

/**
 * The text without the YAML block that it may begin with. A text can also begin with a rule (`---`), so what follows
 * has to look like YAML to its last line, and must not start with a blank line.
 */
export function withoutFrontMatter(text: string): string {
  const lines = text.split("\n");
  if (!RULE.test(lines[0] ?? "")) return text;
  const end = lines.findIndex((line, i) => i > 0 && RULE.test(line));
  return end > 0 && isFrontMatter(lines.slice(1, end)) ? lines.slice(end + 1).join("\n") : text;
}

function isFrontMatter(lines: readonly string[]): boolean {
  const [first] = lines;
  // Nothing between the rules: nothing is lost.
  if (first === undefined) return true;
  if (isBlank(first) || !lines.some((line) => KEY.test(line))) return false;
  const known = [KEY, LIST_ITEM, COMMENT, CONTINUATION];
  return lines.every((line) => isBlank(line) || known.some((pattern) => pattern.test(line)));
}

function isBlank(line: string): boolean {
  return line.trim() === "";
}
