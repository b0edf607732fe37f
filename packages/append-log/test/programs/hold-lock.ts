// Takes a lock, is recorded as its holder, and says so; then holds it until it is told to give it
// up by a line on its standard input, or until it is killed.
import { once } from "node:events";

import { tryFileLock } from "../../src/index.ts";

const [path = ""] = process.argv.slice(2);
using lock = await tryFileLock(path, { recordHolder: true });
process.stdout.write(lock === undefined ? "taken\n" : "held\n");
await once(process.stdin, "data");
process.stdin.destroy();
