// Four writers save, update and delete keys of their own, and say what was acknowledged.
import { createLanceDbStore } from "../../src/index.ts";

const [uri = "", round = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });

async function writer(name: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${name}-${i % 5}`;
    if (i % 7 === 6) {
      console.log(`begin ${key} deleted`);
      await store.delete(scope, [{ key }]);
      console.log(`done ${key} deleted`);
    } else {
      const value = `${round}.${i}`;
      console.log(`begin ${key} ${value}`);
      await store.save(scope, [{ key, value, text: `number ${i}`, source: "agent" }]);
      console.log(`done ${key} ${value}`);
    }
  }
}

await Promise.all([0, 1, 2, 3].map(writer));
