const MARK = "\uFEFF";

/**
 * A text as the table keeps it. Arrow takes a byte order mark at the beginning of a text for none of it, and hands the
 * text out without; of two it takes one.
 */
export function keepMark(text: string): string {
  return text.startsWith(MARK) ? MARK + text : text;
}
