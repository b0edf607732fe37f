// Appends frames to a shared log, each in a segment of its own, for so many milliseconds. Prints
// how many they were.
import { openSharedLog } from "../../src/index.ts";

const [directory = "", duration = "0"] = process.argv.slice(2);
const end = performance.now() + Number(duration);
let count = 0;
await using log = await openSharedLog({
  directory,
  durability: "process",
  onFrame: ({ own }) => (count += own ? 1 : 0),
});
while (performance.now() < end) {
  await log.append(`frame ${count}`);
  await log.seal();
}
console.log(count);
