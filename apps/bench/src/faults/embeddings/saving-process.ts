import { createLanceDbStore } from "@mem/longterm-lancedb";
import { everything, tell } from "./lab-lines.ts";
import { CANARY, keyOf, textOf } from "./saved-texts.ts";
import { createSubject, type SubjectOptions } from "./subject.ts";

export interface SavingTask extends SubjectOptions {
  readonly uri: string;
  /** The numbers of the writes to make. */
  readonly writes: readonly number[];
}

const LANES = 32;

/*
 * Makes the given saves, reports them on standard output, and then searches, asks for the store's health and has
 * vectors made until it is killed.
 */
const task = JSON.parse(process.argv[2] ?? "") as SavingTask;
const store = createLanceDbStore({ uri: task.uri, embedder: createSubject(task) });
const scope = { tenantId: "lab", agentId: "subject" };
const waiting = [...task.writes];

async function save(): Promise<void> {
  for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
    try {
      const write = { key: keyOf(n), value: { n }, text: textOf(n), source: "agent" } as const;
      await store.save(scope, [write]);
      tell({ saved: n });
    } catch (error) {
      tell({ failed: everything(error) });
    }
  }
}

async function look(): Promise<void> {
  const text = `${CANARY} number ${task.writes[0] ?? 0}`;
  const searched = { tenantId: scope.tenantId, agentIds: [scope.agentId] };
  for (const mode of ["keyword", "auto", "vector"] as const) {
    try {
      await store.search(searched, { text, mode, topK: 3, neighbours: false });
    } catch (error) {
      // Only a pure vector search needs the service.
      tell(mode === "vector" ? { said: everything(error) } : { failed: everything(error) });
    }
  }
  tell({ said: everything(await store.health()) });
  try {
    // Retries at once what the store would retry later, and flushes the result.
    await store.flush();
  } catch (error) {
    tell({ said: everything(error) });
  }
}

await Promise.all(Array.from({ length: LANES }, save));
for (;;) await look();
