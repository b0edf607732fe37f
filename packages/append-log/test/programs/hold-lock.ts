// Takes a lock, is recorded as its holder, and reports it; then holds the lock until it is killed, or told by a line on
// its standard input to release it.
import { once } from "node:events";

import { tryFileLock } from "../../src/index.ts";

const [path = ""] = process.argv.slice(2);
using lock = await tryFileLock(path, { recordHolder: true });
process.stdout.write(lock === undefined ? "taken\n" : "held\n");
await once(process.stdin, "data");
process.stdin.destroy();
