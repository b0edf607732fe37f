// Four writers save, update and delete keys of their own and flush, and print what was acknowledged.
import { writeSync } from "node:fs";
import { createLanceDbStore } from "../../src/index.ts";

const [uri = "", round = "", name = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });

async function writer(number: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${name}${number}-${i % 5}`;
    if (i % 7 === 6) {
      say(`begin ${key} deleted`);
      await store.delete(scope, [{ key }]);
      say(`done ${key} deleted`);
    } else {
      const value = `${round}.${i}`;
      say(`begin ${key} ${value}`);
      await store.save(scope, [{ key, value, text: `number ${i}`, source: "agent" }]);
      say(`done ${key} ${value}`);
    }
    if (i % 25 === number) await store.flush();
  }
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

await Promise.all([0, 1, 2, 3].map(writer));
