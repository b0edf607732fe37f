import { createLanceDbStore } from "@mem/longterm-lancedb";
import { EmbeddingLab, type EmbeddingFaultsOptions } from "./embedding-lab.ts";
import type { LabLine } from "./lab-lines.ts";
import type { LifeEnd } from "./life.ts";
import { inspectVectors, type EmbeddingFinding } from "./stored-vectors.ts";
import { createSubject } from "./subject.ts";

export interface EmbeddingFaultsReport {
  readonly kills: number;
  readonly saves: number;
  /** What the service did while it misbehaved, and how often. */
  readonly did: ReadonlyMap<string, number>;
  readonly findings: readonly EmbeddingFinding[];
}

/** Writes that are begun between two kills. */
const WRITES_A_LIFE = 1_000;
const OLD_MODEL = "model-a";
const NEW_MODEL = "model-b";

/**
 * Saves through a service that misbehaves, with occasional kills; lets the service recover; re-embeds with another
 * model while the service misbehaves again; and checks every entry and every vector after each of these.
 */
export async function strikeEmbeddings(
  options: EmbeddingFaultsOptions,
): Promise<EmbeddingFaultsReport> {
  await using lab = await EmbeddingLab.open(options);
  const saves = await saveAll(lab);
  await inspectWell(lab, OLD_MODEL);
  await changeModel(lab);
  const { kills, findings, service } = lab;
  return { kills, saves, did: service.did, findings };
}

const isSaved = (line: LabLine): boolean => "saved" in line;
const isOver = (line: LabLine): boolean => "reembedded" in line;

async function saveAll(lab: EmbeddingLab): Promise<number> {
  const { uri, random, writes } = lab;
  const waiting = new Set(Array.from({ length: writes }, (_, n) => n));
  let saves = 0;
  while (waiting.size > 0) {
    const some = [...waiting].slice(0, WRITES_A_LIFE);
    // Half of the processes are killed while they save, the others after they have worked on vectors for a while.
    const isShort = random() < 0.5;
    const enough = isShort ? Math.ceil(some.length * random()) : some.length;
    let isAtIt: LifeEnd | undefined;
    const life = await lab.live(
      "saving-process",
      { ...lab.askingOrKnowing(OLD_MODEL), uri, writes: some },
      (lines) => {
        if (lines.filter(isSaved).length < enough) return false;
        isAtIt ??= lab.afterSomeRequests();
        return isShort || isAtIt(lines);
      },
    );
    for (const line of life.lines) if ("saved" in line) waiting.delete(line.saved);
    saves += life.lines.filter(isSaved).length;
    lab.step(`${saves} saves, ${lab.kills} kills`);
    if (!life.isComplete) break;
  }
  return saves;
}

/** Once the service works again, every entry gets its vector. */
async function inspectWell(lab: EmbeddingLab, model: string): Promise<void> {
  lab.step(`checking the vectors of ${model}`);
  lab.service.isWell = true;
  const embedder = createSubject(lab.asking(model));
  await using store = createLanceDbStore({ uri: lab.uri, embedder });
  await store.flush();
  lab.findings.push(...(await inspectVectors(store, embedder, lab.writes)));
}

async function changeModel(lab: EmbeddingLab): Promise<void> {
  const { uri, findings, service } = lab;
  const refusal = await refusalOf(uri, createSubject(lab.asking(NEW_MODEL)));
  if (refusal === undefined || !refusal.includes("reembed")) {
    findings.push({ kind: "not refused", message: `another model: ${refusal ?? "was accepted"}` });
  }
  service.isWell = false;
  for (let i = 0; i < lab.killedReembeddings; i++) {
    lab.step(`changing to ${NEW_MODEL}, ${lab.kills} kills`);
    const isAtIt = lab.afterSomeRequests();
    await lab.live(
      "reembedding-process",
      { ...lab.askingOrKnowing(NEW_MODEL), uri },
      (lines) => isAtIt(lines) || lines.some(isOver),
    );
  }
  service.isWell = true;
  const task = { ...lab.askingOrKnowing(NEW_MODEL), uri };
  await lab.live("reembedding-process", task, (lines) => lines.some(isOver));
  await inspectWell(lab, NEW_MODEL);
}

async function refusalOf(
  uri: string,
  embedder: ReturnType<typeof createSubject>,
): Promise<string | undefined> {
  const store = createLanceDbStore({ uri, embedder });
  try {
    await store.stats("lab");
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await store.close();
  }
}
