// Appends a frame that fits under the limit of the file's size, except for its last newline. Prints the outcome and the
// payload.
import { LogError, openSharedLog, parsePosition } from "../../src/index.ts";

const [directory = "", limit = "0"] = process.argv.slice(2);
await using log = await openSharedLog({ directory, onFrame: ({ position }) => position });
const before = parsePosition(await log.append("0"));
const header = parsePosition(log.cursor).offset - before.offset - "0\n".length;
// A newline and the header come before the payload; no room is left for the newline after it.
const payload = "x".repeat(Number(limit) - parsePosition(log.cursor).offset - 1 - header);
try {
  await log.append(payload);
} catch (error) {
  if (!(error instanceof LogError)) throw error;
  console.log(JSON.stringify({ code: error.code, outcome: error.outcome, payload }));
}
