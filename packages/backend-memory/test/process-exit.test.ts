import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("./fixtures/leaves-memory-open.ts", import.meta.url));

it("does not keep the process alive, also when it was not closed", async () => {
  const args = ["--conditions=@mem/source", SCRIPT];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect({ stdout, stderr }).toEqual({ stdout: "3 entries", stderr: "" });
});
