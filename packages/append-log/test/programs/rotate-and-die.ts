// Rotates a file and is killed after one of the steps.
import { rotate } from "../rotating.ts";

const [path = "", last = ""] = process.argv.slice(2);
await rotate(path, (step) => {
  if (step === last) process.kill(process.pid, "SIGKILL");
});
