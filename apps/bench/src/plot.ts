import { escape } from "./chart.ts";
import { formatNumber } from "./report.ts";

/** Figures for sizes that grow by the same factor from one to the next. */
export interface Plot {
  /** Part of the name of its file. */
  readonly name: string;
  readonly title: string;
  /** The labels below, from left to right. */
  readonly sizes: readonly string[];
  /** A figure for each size, by the name of the line. */
  readonly lines: Readonly<Record<string, readonly number[]>>;
}

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 50;
const RIGHT = 160;
const TOP = 40;
const BOTTOM = 40;
const GRID = 4;

/** Draws lines from 0 upwards; the first one is ours. */
export function toSvg({ title, sizes, lines }: Plot): string {
  const most = Math.max(...Object.values(lines).flat());
  const x = (i: number): number => LEFT + (i * (WIDTH - LEFT - RIGHT)) / (sizes.length - 1);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  const grid = Array.from({ length: GRID + 1 }, (_, i) => (most * i) / GRID);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">`,
    "<style>text { font: 13px sans-serif; fill: #1f2328 } path { fill: none; stroke: #6e7781; stroke-width: 2 } .grid { stroke: #d0d7de; stroke-width: 1 } .ours { stroke: #0969da }",
    "@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } .ours { stroke: #388bfd } }</style>",
    `<text x="0" y="16">${escape(title)}</text>`,
    ...grid.map(
      (value) =>
        `<path class="grid" d="M${LEFT} ${round(y(value))}H${WIDTH - RIGHT}" /><text x="${LEFT - 8}" y="${round(y(value) + 4)}" text-anchor="end">${formatNumber(value)}</text>`,
    ),
    ...sizes.map(
      (size, i) =>
        `<text x="${round(x(i))}" y="${HEIGHT - 12}" text-anchor="middle">${escape(size)}</text>`,
    ),
    ...Object.entries(lines).map(([name, values], line) => {
      const points = values.map((value, i) => `${round(x(i))} ${round(y(value))}`).join("L");
      const last = values.at(-1) ?? 0;
      return `<path${line === 0 ? ' class="ours"' : ""} d="M${points}" /><text x="${WIDTH - RIGHT + 8}" y="${round(y(last) + 4)}">${escape(name)}: ${formatNumber(last)}</text>`;
    }),
    "</svg>\n",
  ].join("\n");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
