import { cpus, totalmem } from "node:os";
import Table from "cli-table3";
import type { Plot } from "./plot.ts";
import type { Row } from "./row.ts";

/** What a run has measured, and what its figures hold for. */
export interface Report {
  readonly suite: string;
  readonly command: string;
  /** As in 2026-03-20. */
  readonly date: string;
  readonly machine: string;
  /** The versions of everything that took part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly plots: readonly Plot[];
  readonly notes: readonly string[];
}

export const COLUMNS = [
  "case",
  "config",
  "ours",
  "against",
  "ratio",
  "spread",
  "must reach",
  "stretch",
  "met",
] as const;

/** A row in human-readable form, a text for each column. */
export function toCells(row: Row): string[] {
  const sign = row.better === "higher" ? "≥" : "≤";
  const bound = (value: number | undefined): string =>
    value === undefined ? "" : `${sign} ${Number(value.toPrecision(3))}`;
  return [
    row.case,
    row.config,
    `${formatNumber(row.ours)} ${row.unit}`,
    `${row.rival}: ${formatNumber(row.against)} ${row.unit}`,
    formatRatio(row.ratio),
    row.spread.map(formatRatio).join("–"),
    bound(row.target),
    bound(row.stretch),
    row.met === undefined ? "" : row.met ? "yes" : "no",
  ];
}

/** The report for a terminal: a table with a row per figure, followed by the peers' figures. */
export function toTable(rows: readonly Row[]): string {
  const table = new Table({ head: [...COLUMNS], style: { head: [], border: [] } });
  for (const row of rows) table.push(toCells(row));
  const beside = toBeside(rows).map((line) => `  ${line}`);
  return [table.toString(), ...(beside.length > 0 ? ["Also measured:", ...beside] : [])].join("\n");
}

/** A line for each row that has peers: their figures, best first. */
export function toBeside(rows: readonly Row[]): string[] {
  return rows
    .filter(({ peers }) => Object.keys(peers).length > 0)
    .map((row) => {
      const direction = row.better === "higher" ? -1 : 1;
      const peers = Object.entries(row.peers)
        .toSorted(([, a], [, b]) => direction * (a - b))
        .map(([name, value]) => `${name} ${formatNumber(value)}`);
      return `${row.case}, ${row.config} (${row.unit}): ${peers.join("; ")}`;
    });
}

/** The machine that the figures hold for. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${gigabytes} GB, Node ${process.version}, ${process.platform}`;
}

/** The versions of everything that took part, in one sentence; empty if nothing did. */
export function describeVersions({ versions }: Pick<Report, "versions">): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return named.length === 0 ? "" : `Versions: ${named.join(", ")}.`;
}

export function formatNumber(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

function formatRatio(ratio: number): string {
  return ratio >= 100 ? Math.round(ratio).toLocaleString("en-US") : ratio.toFixed(2);
}
