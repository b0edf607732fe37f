import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it.each([
  ["bench", "data"],
  ["faults", "--help"],
])("%s ends as usual when its reader leaves early, as `head` does", async (program, argument) => {
  const file = fileURLToPath(new URL(`../src/${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@mem/source", file, argument], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdout.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
});
