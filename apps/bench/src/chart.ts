import { formatNumber, type Report } from "./report.ts";
import type { Row } from "./row.ts";

const BAR = 18;
const GAP = 6;
const LABELS = 220;
const BARS = 380;
const NUMBERS = 120;
const TITLE = 30;

/** The row with the most participants as a bar chart, ours beside the others; `undefined` if no row has peers. */
export function toChart({ rows }: Report): string | undefined {
  const [row] = rows
    .filter(({ peers }) => Object.keys(peers).length > 0)
    .toSorted((a, b) => Object.keys(b.peers).length - Object.keys(a.peers).length);
  return row === undefined ? undefined : draw(row);
}

function draw(row: Row): string {
  const bars = Object.entries({ mem: row.ours, [row.rival]: row.against, ...row.peers }).toSorted(
    ([, a], [, b]) => (row.better === "higher" ? b - a : a - b),
  );
  const most = Math.max(...bars.map(([, value]) => value));
  const width = LABELS + BARS + NUMBERS;
  const height = TITLE + bars.length * (BAR + GAP);
  const title = `${row.case}, ${row.config}: ${row.unit}, ${row.better} is better`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">`,
    "<style>text { font: 13px sans-serif; fill: #1f2328 } rect { fill: #afb8c1 } .ours { fill: #0969da }",
    "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #57606a } .ours { fill: #388bfd } }</style>",
    `<text x="0" y="16">${escape(title)}</text>`,
    ...bars.map(([name, value], i) => {
      const y = TITLE + i * (BAR + GAP);
      const length = Math.max(1, Math.round((value / most) * BARS));
      const ours = name.startsWith("mem") ? ' class="ours"' : "";
      return [
        `<text x="${LABELS - 8}" y="${y + 13}" text-anchor="end">${escape(name)}</text>`,
        `<rect${ours} x="${LABELS}" y="${y}" width="${length}" height="${BAR}" />`,
        `<text x="${LABELS + length + 6}" y="${y + 13}">${formatNumber(value)}</text>`,
      ].join("");
    }),
    "</svg>\n",
  ].join("\n");
}

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
