// Appends frames to a shared log for this many milliseconds, each in a segment of its own. Prints their number.
import { openSharedLog } from "../../src/index.ts";

const [directory = "", duration = "0"] = process.argv.slice(2);
const end = performance.now() + Number(duration);
let count = 0;
await using log = await openSharedLog<number, "own">({
  directory,
  durability: "process",
  onFrame: ({ own }) => (count += own === undefined ? 0 : 1),
});
while (performance.now() < end) {
  await log.append(`frame ${count}`, "own");
  await log.seal();
}
console.log(count);
