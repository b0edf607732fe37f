// Appends "first", then the other lines in a second call, which pauses before its write and, with a second gate, before
// it checks where its file is. A gate is a pipe that the only thread for file operations reads; the pause lasts until
// somebody opens it for writing. Prints the outcome of the second call.
import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";

import { LineFile } from "../../src/index.ts";
import { rotationOf } from "../rotating.ts";

const [path = "", before = "", behind = "", ...lines] = process.argv.slice(2);
const file = new LineFile({ path, rotation: rotationOf(path) });
await file.append(["first"]);

const gates = [open(before, "r")];
const appending = file.append(lines);
// By now, the write waits for the thread.
await new Promise((resolve) => setImmediate(resolve));
if (behind !== "") gates.push(open(behind, "r"));
writeFileSync(`${path}.waits`, "");

const { failure, ...appended } = await appending;
for (const gate of gates) await (await gate).close();
const last = await file.append(["last"]);
const { code, outcome } = failure ?? {};
console.log(JSON.stringify({ ...appended, code, outcome, last: last.rotated }));
await file.close();
