import { setTimeout as delay } from "node:timers/promises";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { everything, tell } from "./lab-lines.ts";
import { createSubject, type SubjectOptions } from "./subject.ts";

export interface ReembeddingTask extends SubjectOptions {
  readonly uri: string;
}

/*
 * Re-embeds a store with another model, trying again until it succeeds. The process never ends by itself.
 */
const task = JSON.parse(process.argv[2] ?? "") as ReembeddingTask;
const store = createLanceDbStore({ uri: task.uri });
for (;;) {
  try {
    await store.reembed(createSubject(task));
    tell({ reembedded: true });
    await delay(60_000);
  } catch (error) {
    tell({ said: everything(error) });
    await delay(100);
  }
}
