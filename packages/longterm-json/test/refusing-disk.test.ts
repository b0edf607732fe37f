import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createJsonStore } from "../src/json-store.ts";
import { startBound } from "./fixtures/process.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note } from "./samples.ts";

const mount = expect.stringContaining("mount it writable");
const readOnly = {
  code: "MEM_READ_ONLY",
  retryable: false,
  outcome: "not-applied",
  message: mount,
};
const remedy = expect.stringMatching(/EACCES.*the user of this process has to be able to write/);
const forbidden = { code: "MEM_UNAVAILABLE", retryable: false, message: remedy };

/** A file system of its own; `undefined` if this process may not make one. */
async function disk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "mem-json-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
  onTestFinished(async () => {
    execFileSync("umount", ["--lazy", folder]);
    await rm(folder, { recursive: true });
  });
  return folder;
}

function remount(folder: string, how: "ro" | "rw"): void {
  execFileSync("mount", ["-o", `remount,${how}`, folder]);
}

async function toldAnother(file: string): Promise<unknown[]> {
  await using teller = startBound("teller", [file]);
  const { code, lines } = await teller.ended();
  expect(code).toBe(0);
  return lines.map((line) => JSON.parse(line) as unknown);
}

describe("a read-only disk", () => {
  it("can be read, and says what to do when it is written", async () => {
    const folder = await disk();
    if (folder === undefined) return;
    const path = join(folder, "memory.json");
    await using before = createJsonStore({ path });
    await before.save(ann, [note("a", "one")]);
    await before.close();
    remount(folder, "ro");
    await using later = createJsonStore({ path });
    expect(await keysIn(later)).toEqual(["a"]);
    await expect(later.save(ann, [note("b", "two")])).rejects.toMatchObject(readOnly);
    expect(await keysIn(later)).toEqual(["a"]);
    expect(await later.health()).toMatchObject({ status: "degraded", messages: [mount] });
    remount(folder, "rw");
    await later.save(ann, [note("b", "two")]);
    expect(await later.health()).toMatchObject({ status: "ok", messages: [] });
  });

  it.each(["memory.json", "deep/in/memory.json"])("can't be given a store: %s", async (path) => {
    const folder = await disk();
    if (folder === undefined) return;
    remount(folder, "ro");
    await using store = createJsonStore({ path: join(folder, path) });
    await expect(store.save(ann, [note("a", "one")])).rejects.toMatchObject(readOnly);
    expect(await store.health()).toMatchObject({ status: "down", messages: [mount] });
  });
});

describe("a folder that this user may not write", () => {
  it("can be read, and says what to do when it is written", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("a", "one")]);
    await store.close();
    await chmod(dirname(folder.file), 0o555);
    try {
      const degraded = { status: "degraded", messages: [remedy] };
      expect(await toldAnother(folder.file)).toMatchObject([degraded, { result: 1 }, forbidden]);
    } finally {
      await chmod(dirname(folder.file), 0o755);
    }
  });

  it("says what to do where a store, or its folder, is to be made", async () => {
    await using folder = await temporaryFolder();
    const inner = join(dirname(folder.file), "inner");
    await mkdir(inner, { mode: 0o555 });
    await chmod(dirname(folder.file), 0o755);
    for (const path of ["memory.json", "deep/memory.json"]) {
      const down = { status: "down", messages: [remedy] };
      expect(await toldAnother(join(inner, path))).toMatchObject([down, forbidden, forbidden]);
    }
  });
});
