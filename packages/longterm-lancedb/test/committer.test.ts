import { mkdir, rm } from "node:fs/promises";
import { tryFileLock } from "@mem/append-log";
import { describe, expect, it, onTestFinished } from "vitest";
import { AcknowledgedVersion } from "../src/acknowledged-version.ts";
import { Committer } from "../src/committer.ts";
import { Database } from "../src/database.ts";
import { locate } from "../src/location.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

describe("a commit", () => {
  it("whose acknowledgement failed after it was written has an unknown outcome", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const location = locate(uri);
    const database = await Database.connect(location);
    onTestFinished(() => database.close());
    class Failing extends AcknowledgedVersion {
      override async write(version: number): Promise<void> {
        await super.write(version);
        throw Object.assign(new Error("EIO"), { syscall: "fdatasync" });
      }
    }
    const committer = new Committer(database, new Failing(location.acknowledged), () => undefined);
    const commit = committer.commit((table) => table.delete("true").then(() => undefined));
    await expect(commit).rejects.toMatchObject({ code: "MEM_UNAVAILABLE", outcome: "unknown" });
    expect(await store.count(scope)).toBe(0);
  });

  it("rejects with an error of this package where the lock can't even be tried", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    await rm(`${uri}.lock`);
    await mkdir(`${uri}.lock`);
    await expect(store.save(scope, [write("b")])).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
    });
  });
});

describe("while another process holds the lock", () => {
  it("a signal ends what waits, before and after the store is open", async () => {
    const uri = await storeFolder();
    const made = openStore(uri);
    const lock = (await tryFileLock(`${uri}.lock`)) ?? expect.fail("it is free");
    onTestFinished(() => lock.release());
    const opening = new AbortController();
    const first = made.count(scope, { signal: opening.signal });
    opening.abort();
    await expect(first).rejects.toMatchObject({ code: "MEM_ABORTED" });
    lock.release();
    await made.save(scope, [write("a")]);
    const held = (await tryFileLock(`${uri}.lock`)) ?? expect.fail("it is free");
    const saved = made.save(scope, [write("b")]);
    // In its own turn, so that the one before is under way.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const giving = new AbortController();
    const waiting = made.save(scope, [write("c")], { signal: giving.signal });
    await new Promise(setImmediate);
    giving.abort();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_ABORTED" });
    held.release();
    await saved;
    expect(await made.count(scope)).toBe(2);
  });
});
