import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Child } from "./child-process.ts";
import { remount, smallDisk } from "./disk.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

const readOnly = {
  code: "MEM_READ_ONLY",
  retryable: false,
  outcome: "not-applied",
  message: expect.stringContaining("mount it writable"),
};

/** What a user other than the folder's owner is told; chmod does not bind root. */
async function toldAnother(uri: string): Promise<unknown[]> {
  const isRoot = process.getuid?.() === 0;
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const child = new Child({ script: "tell-of-refusals", tracer: isRoot ? nobody : [] }, uri);
  expect([await child.ended(), child.errors]).toEqual([0, ""]);
  return child.lines.map((line) => JSON.parse(line) as unknown);
}

/** What a store reports that this user may not open: the remedy, and that waiting does not help. */
function forbidden(folder: string) {
  const remedy = expect.stringContaining(`has to be able to read and write ${folder}`);
  const refusal = { code: "MEM_UNAVAILABLE", retryable: false, message: remedy };
  return [{ status: "down", messages: [remedy] }, refusal, refusal];
}

async function closedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mem-closed-"));
  await chmod(folder, 0o555);
  onTestFinished(async () => {
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  });
  return folder;
}

describe("a read-only disk", () => {
  it("is named with what to do, by health too, and takes everything again when it is writable", async () => {
    const disk = await smallDisk();
    if (disk === undefined) return;
    const uri = join(disk, "store");
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    await store.close();
    remount(disk, "ro");
    const late = openStore(uri);
    await expect(late.count(scope)).rejects.toMatchObject(readOnly);
    await expect(late.save(scope, [write("b")])).rejects.toMatchObject(readOnly);
    expect(await late.health()).toMatchObject({ status: "down", messages: [readOnly.message] });
    remount(disk, "rw");
    await late.save(scope, [write("b")]);
    expect(await late.count(scope)).toBe(2);
  });

  it.each(["store", "deep/store"])("can't be given a store: %s", async (path) => {
    const disk = await smallDisk();
    if (disk === undefined) return;
    remount(disk, "ro");
    const store = openStore(join(disk, path));
    expect(await store.health()).toMatchObject({ status: "down", messages: [readOnly.message] });
    await expect(store.save(scope, [write("a")])).rejects.toMatchObject(readOnly);
  });

  it("can't be given one in a folder that is there, either", async () => {
    const disk = await smallDisk();
    if (disk === undefined) return;
    await mkdir(join(disk, "store"));
    remount(disk, "ro");
    const store = openStore(join(disk, "store"));
    await expect(store.save(scope, [write("a")])).rejects.toMatchObject(readOnly);
  });
});

describe("a folder that this user may not write", () => {
  it("is named with what to do", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    await store.close();
    await chmod(dirname(uri), 0o755);
    if (process.getuid?.() !== 0) await chmod(join(uri, "log"), 0o500);
    expect(await toldAnother(uri)).toMatchObject(forbidden(uri));
  });

  it("is named where the store is to be made", async () => {
    const uri = join(await closedFolder(), "store");
    expect(await toldAnother(uri)).toMatchObject(forbidden(uri));
  });

  it("is named where it is the one around the store's, which the lock is in", async () => {
    const folder = await closedFolder();
    await chmod(folder, 0o755);
    const uri = join(folder, "store");
    await mkdir(uri);
    await chmod(uri, 0o777);
    await chmod(folder, 0o555);
    expect(await toldAnother(uri)).toMatchObject(forbidden(uri));
  });

  it("is not taken for damage where it can't be read, either", async () => {
    const folder = await closedFolder();
    await chmod(folder, 0o755);
    const uri = join(folder, "store");
    await mkdir(uri);
    await writeFile(join(uri, "store.json"), "{}");
    await chmod(uri, 0o000);
    expect(await toldAnother(uri)).toMatchObject(forbidden(uri));
    await chmod(uri, 0o700);
  });
});
