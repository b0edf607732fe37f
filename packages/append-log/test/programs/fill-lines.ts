// Appends lines until the file takes no more, then makes room and appends again. Prints the outcome of each line.
import { rmSync } from "node:fs";

import { createLineAppender, LogError } from "../../src/index.ts";

const [path = "", prefix = "", linesAtOnce = "1", makeRoom = ""] = process.argv.slice(2);
await using appender = createLineAppender({ path });
const stored: string[] = [];
const failures: { code: string; outcome: string }[] = [];

for (let n = 0; failures.length === 0; n += 1) {
  const lines = Array.from({ length: Number(linesAtOnce) }, (_, k) => {
    return JSON.stringify({
      line: `${prefix}${n}-${k}`,
      pad: "x".repeat(100 + ((n * 7 + k) % 90)),
    });
  });
  const results = await Promise.allSettled(lines.map((line) => appender.append(line)));
  for (const [index, result] of results.entries()) {
    if (result.status === "fulfilled") stored.push(lines[index] ?? "");
    else if (result.reason instanceof LogError) {
      failures.push({ code: result.reason.code, outcome: result.reason.outcome });
    } else throw result.reason;
  }
}
if (makeRoom === "make-room") {
  rmSync(path);
  stored.length = 0;
  await appender.append("room");
  stored.push("room");
}
console.log(JSON.stringify({ stored, failures }));
