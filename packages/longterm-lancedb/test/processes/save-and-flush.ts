// Saves, deletes and erases in turn, with flushes in between, and prints what was acknowledged.
import { writeSync } from "node:fs";
import { createLanceDbStore } from "../../src/index.ts";

const [uri = "", round = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });

async function save(key: string): Promise<void> {
  const value = `${round}.${key}`;
  await told(`${key} ${value}`, () =>
    store.save(scope, [{ key, value, text: "autumn", source: "agent" }]),
  );
}

async function told(line: string, change: () => Promise<unknown>): Promise<void> {
  writeSync(1, `begin ${line}\n`);
  await change();
  writeSync(1, `done ${line}\n`);
}

for (const key of ["a", "b", "c"]) await save(key);
await store.flush();
await told("b deleted", () => store.delete(scope, [{ key: "b" }]));
await save("d");
await store.flush();
await told("c deleted", () => store.erase({ scope, key: "c" }));
await save("a");
await store.flush();
await store.close();
writeSync(1, "end\n");
