import type { Embedder, LongTermStore } from "@mem/core";
import { embeddedTexts } from "@mem/search";
import { lastWrites, textOf, vectorOf } from "./saved-texts.ts";

export interface EmbeddingFinding {
  readonly kind:
    | "lost save"
    | "wrong entry"
    | "missing vector"
    | "wrong vector"
    | "failed call"
    | "secret told"
    | "not refused";
  readonly message: string;
}

/** How far the cosine of equal vectors may fall short of 1. */
const ROUNDING = 1e-5;
const SCOPE = { tenantId: "lab", agentIds: ["subject"] };

/** Checks every entry of a store whose service works, its vector, and those of its passages. */
export async function inspectVectors(
  store: LongTermStore,
  { model }: Pick<Embedder, "model">,
  writes: number,
): Promise<EmbeddingFinding[]> {
  const findings: EmbeddingFinding[] = [];
  const open = lastWrites(writes);
  const passages: { readonly key: string; readonly text: string }[] = [];
  for await (const batch of store.entries()) {
    for (const { entry, vector } of batch) {
      const { key, value, text } = entry;
      const n = open.get(key);
      open.delete(key);
      const stored = (value as { readonly n?: number }).n;
      const parts = embeddedTexts(text);
      if (n === undefined || stored !== n || text !== textOf(n)) {
        const message = `${key} holds write ${stored}, not ${n}`;
        findings.push({ kind: "wrong entry", message });
      } else if (vector === undefined) {
        findings.push({ kind: "missing vector", message: key });
      } else if (!isOf(vector, model, parts)) {
        findings.push({ kind: "wrong vector", message: key });
      } else if (parts.length > 1) {
        passages.push(...parts.map((part) => ({ key, text: part })));
      }
    }
  }
  for (const [key, n] of open) {
    findings.push({ kind: "lost save", message: `${key}, of write ${n}` });
  }
  return [...findings, ...(await inspectPassages(store, passages))];
}

/** A passage's vector can only be checked by a search: no other is as near to what the service returns for its text. */
async function inspectPassages(
  store: LongTermStore,
  passages: readonly { readonly key: string; readonly text: string }[],
): Promise<EmbeddingFinding[]> {
  const findings: EmbeddingFinding[] = [];
  for (const { key, text } of passages) {
    const request = { text, mode: "vector", topK: 1, neighbours: false } as const;
    const [hit] = await store.search(SCOPE, request);
    if (hit?.key === key && (hit.scores.vector ?? 0) > 1 - ROUNDING) continue;
    findings.push({ kind: "wrong vector", message: `a passage of ${key}` });
  }
  return findings;
}

/** Whether it is the vector of a text with one passage, or has the mean direction of those of several. */
function isOf(stored: Float32Array, model: string, parts: readonly string[]): boolean {
  const vectors = parts.map((part) => vectorOf(model, part));
  const [first = []] = vectors;
  if (stored.length !== first.length) return false;
  if (vectors.length === 1) return first.every((x, i) => x === stored[i]);
  const lengths = vectors.map((vector) => Math.hypot(...vector));
  const sum = first.map((_, i) =>
    vectors.reduce((all, vector, j) => all + (vector[i] ?? 0) / (lengths[j] ?? 1), 0),
  );
  const dot = sum.reduce((all, x, i) => all + x * (stored[i] ?? 0), 0);
  return dot / Math.hypot(...sum) / Math.hypot(...stored) > 1 - ROUNDING;
}
