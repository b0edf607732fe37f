import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { toChart } from "./chart.ts";
import { toSvg } from "./plot.ts";
import { COLUMNS, describeVersions, toBeside, toCells, type Report } from "./report.ts";
import type { Row } from "./row.ts";

/** Writes a report into its region of a document, and its charts beside the document. */
export async function writeMarkdown(file: string, report: Report): Promise<void> {
  const text = await readFile(file, "utf8");
  const images = toImages(report, `${basename(file, ".md")}-${report.suite}`);
  await writeFile(file, replaceRegion(text, report.suite, toMarkdown(report, images)));
  for (const { name, svg } of images) await writeFile(join(dirname(file), name), svg);
}

interface Image {
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

function toImages(report: Report, name: string): Image[] {
  const chart = toChart(report);
  const plots = report.plots.map((plot) => ({
    name: `${name}-${plot.name}.svg`,
    title: plot.title,
    svg: toSvg(plot),
  }));
  if (chart === undefined) return plots;
  return [
    { name: `${name}.svg`, title: `What the ${report.suite} suite measured`, svg: chart },
    ...plots,
  ];
}

/** Replaces what is between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
export function replaceRegion(text: string, name: string, region: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The document has no lines "${begin}" and "${end}".`);
  return `${text.slice(0, from + begin.length)}\n\n${region}\n\n${text.slice(to)}`;
}

function toMarkdown(report: Report, images: readonly Image[]): string {
  const { command, date, machine, notes, rows } = report;
  const parts = [
    ...images.map(({ name, title }) => `![${title}](${name})`),
    toMarkdownTable([...COLUMNS], rows.map(toCells)),
    `\`\`\`bash\n${command}\n\`\`\``,
    `${date}: ${machine}. ${describeVersions(report)}`,
    notReached(rows),
    section("Also measured:", toBeside(rows)),
    section("Notes:", notes),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** A sentence that names what has missed its target; empty if nothing has. */
function notReached(rows: readonly Row[]): string {
  const missed = rows
    .filter(({ met }) => met === false)
    .map((row) => {
      const [name, config, , , ratio, , target] = toCells(row);
      return `${name}, ${config}, against ${row.rival} (${ratio}, must be ${target})`;
    });
  return missed.length === 0 ? "" : `**Not reached:** ${missed.join("; ")}.`;
}

/** As the formatter leaves it: every column is as wide as its widest cell. */
export function toMarkdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, i) => Math.max(3, ...lines.map((cells) => cells[i]?.length ?? 0)));
  const toLine = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  const [first, ...rest] = lines.map(toLine);
  return [first, toLine(widths.map((width) => "-".repeat(width))), ...rest].join("\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}
