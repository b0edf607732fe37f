const MARK = "\uFEFF";

/**
 * A text as the table keeps it. Arrow drops one byte order mark from the beginning of a text that it returns, so a text
 * that begins with one is kept with two.
 */
export function keepMark(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}
