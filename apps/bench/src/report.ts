import { cpus } from "node:os";
import Table from "cli-table3";
import type { Row } from "./row.ts";

/** What a person looks at: a row a figure, the ratio beside its bar. */
export function toTable(rows: readonly Row[]): string {
  const table = new Table({
    head: ["case", "config", "ours", "against", "ratio", "spread", "must reach", "met"],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.case,
      row.config,
      `${round(row.ours)} ${row.unit}`,
      `${round(row.against)} ${row.unit}`,
      row.ratio.toFixed(2),
      `${row.spread[0].toFixed(2)}–${row.spread[1].toFixed(2)}`,
      row.target === undefined ? "" : `≥ ${row.target}`,
      row.met === undefined ? "" : row.met ? "yes" : "no",
    ]);
  }
  return table.toString();
}

/** The machine and the versions that the figures hold for. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, Node ${process.version}, ${process.platform}`;
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}
