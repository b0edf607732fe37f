import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runApp } from "./app.ts";

const main = join(import.meta.dirname, "..", "src", "main.ts");
const sampleDocs = join(import.meta.dirname, "..", "knowledge");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-examples-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a command", () => {
  it.each([
    [["knowledge", "foo", "--docs", "x"], "cannot be combined with foo"],
    [["meetings", "basics", "--docs", "x"], "cannot be combined with basics"],
  ])("%j is refused: it stands alone", async (args, why) => {
    const { code, err } = await runApp(folder, args);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });

  it("finds the samples unchanged where the examples have ingested them", async () => {
    await runApp(folder, ["basics"]);
    const { code, out } = await runApp(folder, [
      "knowledge",
      "--docs",
      sampleDocs,
      "--ask",
      "email",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/│ 0 +│ 0 +│ 0 +│ 3 /);
  });
});

describe("a signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s closes what is open and exits with %i", async (signal, expected) => {
    const child = spawn(process.execPath, ["--conditions=@mem/source", main], {
      cwd: folder,
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = once(child, "close");
    let err = "";
    child.stderr.on("data", (chunk) => {
      err += String(chunk);
    });
    child.stdout.once("data", () => child.kill(signal));
    expect((await closed)[0]).toBe(expected);
    expect(err).toContain("everything is closed");
  });
});
