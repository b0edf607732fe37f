import { styleText } from "node:util";
import Table from "cli-table3";

/** What the examples print: plain text in a pipe, colours on a terminal only. */
export interface Show {
  title(text: string): void;
  say(text: string): void;
  table(head: readonly string[], rows: readonly (readonly unknown[])[]): void;
}

export function createShow(out: NodeJS.WriteStream): Show {
  const style = (format: "bold" | "cyan" | "dim", text: string): string =>
    styleText(format, text, { stream: out });
  const line = (text = ""): void => void out.write(`${text}\n`);
  return {
    title(text) {
      line();
      line(style("bold", text));
      line(style("dim", "─".repeat(text.length)));
    },
    say: line,
    table(head, rows) {
      const table = new Table({
        head: head.map((name) => style("cyan", name)),
        style: { head: [], border: [] },
        // No line between rows: a table is read down as well as across.
        chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
        colWidths: widths(head, rows, out.columns ?? 110),
        wordWrap: true,
      });
      for (const row of rows) table.push(row.map((cell) => toText(cell)));
      line(table.toString());
    },
  };
}

/** A passage as a cell shows it. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function toText(cell: unknown): string {
  return typeof cell === "string" ? cell : (JSON.stringify(cell) ?? "–");
}

/** Columns as wide as what they hold; the widest give way where the line is too short. */
function widths(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  available: number,
): number[] {
  const PADDING = 2;
  const wanted = head.map((name, i) =>
    Math.max(...[name, ...rows.map((row) => toText(row[i]))].map((text) => text.length + PADDING)),
  );
  const room = Math.max(available - head.length - 1, head.length * 10);
  for (let over = sum(wanted) - room; over > 0; over = sum(wanted) - room) {
    const widest = wanted.indexOf(Math.max(...wanted));
    const next = Math.max(...wanted.filter((_, i) => i !== widest), 10);
    wanted[widest] = Math.max(
      10,
      Math.min((wanted[widest] ?? 10) - 1, Math.max(next, (wanted[widest] ?? 10) - over)),
    );
  }
  return wanted;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
