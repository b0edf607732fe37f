import type { Embedder, LongTermStore } from "@mem/core";
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

/** Looks at every entry of a store whose service is well, and at its vector. */
export async function inspectVectors(
  store: LongTermStore,
  { model }: Pick<Embedder, "model">,
  writes: number,
): Promise<EmbeddingFinding[]> {
  const findings: EmbeddingFinding[] = [];
  const open = lastWrites(writes);
  for await (const batch of store.entries()) {
    for (const { entry, vector } of batch) {
      const { key, value, text } = entry;
      const n = open.get(key);
      open.delete(key);
      const stored = (value as { readonly n?: number }).n;
      if (n === undefined || stored !== n || text !== textOf(n)) {
        const message = `${key} holds write ${stored}, not ${n}`;
        findings.push({ kind: "wrong entry", message });
      } else if (vector === undefined) {
        findings.push({ kind: "missing vector", message: key });
      } else if (!isEqual(vector, vectorOf(model, text))) {
        findings.push({ kind: "wrong vector", message: key });
      }
    }
  }
  for (const [key, n] of open) {
    findings.push({ kind: "lost save", message: `${key}, of write ${n}` });
  }
  return findings;
}

function isEqual(stored: Float32Array, due: readonly number[]): boolean {
  return stored.length === due.length && due.every((x, i) => x === stored[i]);
}
