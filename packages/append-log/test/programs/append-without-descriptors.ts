// Appends twice while the process may open one file only, then once while it may open more. Prints the outcomes.
import { closeSync, openSync } from "node:fs";
import { createLineAppender, LogError } from "../../src/index.ts";

const [path = ""] = process.argv.slice(2);
await using appender = createLineAppender({ path });
const taken: number[] = [];

function takeAll(): void {
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    // There is none left.
  }
}

async function append(line: string): Promise<string> {
  try {
    return `at ${await appender.append(line)}`;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return `${error.code} ${error.outcome}`;
  }
}

takeAll();
closeSync(taken.pop() ?? -1);
const outcomes = [await append("first"), await append("second")];
for (const descriptor of taken) closeSync(descriptor);
outcomes.push(await append("third"));
console.log(JSON.stringify(outcomes));
