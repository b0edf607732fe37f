// Appends to a shared log until it takes no more. Prints the outcome of each payload.
import { LogError, openSharedLog } from "../../src/index.ts";

const [directory = "", name = "", framesAtOnce = "1"] = process.argv.slice(2);
await using log = await openSharedLog({ directory, onFrame: ({ payload }) => payload });
const stored: string[] = [];
const failures: { code: string; outcome: string; payload: string }[] = [];

for (let n = 0; failures.length === 0; n += 1) {
  const payloads = Array.from({ length: Number(framesAtOnce) }, (_, k) => {
    return JSON.stringify({ frame: `${name}${n}-${k}`, pad: "x".repeat(100 + ((n * 7 + k) % 90)) });
  });
  const results = await Promise.allSettled(payloads.map((payload) => log.append(payload)));
  for (const [index, result] of results.entries()) {
    const payload = payloads[index] ?? "";
    if (result.status === "fulfilled") {
      stored.push(result.value);
    } else if (result.reason instanceof LogError) {
      failures.push({ code: result.reason.code, outcome: result.reason.outcome, payload });
    } else {
      throw result.reason;
    }
  }
}
console.log(JSON.stringify({ stored, failures }));
