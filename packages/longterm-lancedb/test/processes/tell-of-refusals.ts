// Prints a line each for the outcome of a store's health, a read and a save.
import { isMemoryError } from "@mem/core";
import { createLanceDbStore } from "../../src/index.ts";

const [uri = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });
const calls = [
  () => store.count(scope),
  () => store.save(scope, [{ key: "a", value: 1, text: "", source: "agent" }]),
];

const { status, messages } = await store.health();
console.log(JSON.stringify({ status, messages }));
for (const call of calls) {
  try {
    console.log(JSON.stringify({ result: await call() }));
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    const { code, retryable, outcome, message } = error;
    console.log(JSON.stringify({ code, retryable, outcome, message }));
  }
}
await store.close();
