import Table from "cli-table3";
import type { Progress } from "../../progress.ts";
import { createRandom } from "../../random.ts";
import { strikeEmbeddings, type EmbeddingFaultsReport } from "./embeddings.ts";

const MOST_SHOWN = 10;

const MOST_PLAIN_WRITES = 2_000;

export interface EmbeddingsTask {
  readonly seed: number;
  /** The number of saves to make. */
  readonly writes: number;
  readonly progress: Progress;
}

/** Strikes, prints the result, and resolves with the exit code. */
export async function reportEmbeddings(task: EmbeddingsTask): Promise<number> {
  const { seed, writes, progress } = task;
  process.stdout.write(`embeddings: ${writes} saves, seed ${seed}\n`);
  progress.begin("embeddings");
  const report = await strikeEmbeddings({
    writes,
    random: createRandom(seed),
    onStep: (step) => progress.step(step),
  });
  progress.end();
  process.stdout.write(`${toTable(report)}\n`);
  const { findings, kills, saves } = report;
  for (const { kind, message } of findings.slice(0, MOST_SHOWN)) {
    process.stdout.write(`  ${kind}: ${message}\n`);
  }
  const more = findings.length - MOST_SHOWN;
  if (more > 0) process.stdout.write(`  … and ${more} more\n`);
  const count = (...kinds: string[]): number =>
    findings.filter(({ kind }) => kinds.includes(kind)).length;
  process.stdout.write(
    `${saves} saves and ${kills} kills: ${count("lost save", "wrong entry")} lost, ${count("missing vector")} without a vector, ${count("wrong vector")} wrong vectors, ${count("secret told")} secrets leaked, ${count("failed call", "not refused")} calls with a wrong result\n`,
  );
  const bites = await strikePlain(task);
  process.stdout.write(
    `To show that the faults do damage: a client that trusts its service left ${bites} wrong vectors\n`,
  );
  return findings.length === 0 ? 0 : 1;
}

/** A short version of the same for a client as most people write it. */
async function strikePlain({ seed, writes, progress }: EmbeddingsTask): Promise<number> {
  progress.begin("embeddings, a plain client");
  const { findings } = await strikeEmbeddings({
    writes: Math.min(writes, MOST_PLAIN_WRITES),
    random: createRandom(seed),
    subject: "plain",
    onStep: (step) => progress.step(step),
  });
  progress.end();
  return findings.filter(({ kind }) => kind === "wrong vector").length;
}

function toTable({ did }: EmbeddingFaultsReport): string {
  const table = new Table({
    head: ["what the service did", "how often"],
    colAligns: ["left", "right"],
    style: { head: [], border: [] },
  });
  table.push(...[...did].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return table.toString();
}
