// Rotates a file until it is killed.
import { rotate } from "../rotating.ts";

const [path = ""] = process.argv.slice(2);
for (;;) await rotate(path);
