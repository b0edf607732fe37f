import { MemoryError } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { AcknowledgedVersion } from "../src/acknowledged-version.ts";
import { clearing } from "../src/changes.ts";
import { Committer } from "../src/committer.ts";
import { Database } from "../src/database.ts";
import { locate } from "../src/location.ts";
import { Writer } from "../src/writer.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

describe("what waits to be written", () => {
  it("is refused with what could not have the lock, and does not wait as long again", async () => {
    const location = locate(await storeFolder());
    const database = await Database.connect(location);
    onTestFinished(() => database.close());
    let waits = 0;
    class Locked extends Committer {
      override async commit(): Promise<never> {
        waits++;
        throw new MemoryError("MEM_LOCKED", "another process writes");
      }
    }
    const acknowledged = new AcknowledgedVersion(location.acknowledged);
    const committer = new Locked(database, acknowledged, () => undefined);
    const writer = new Writer(database, committer, () => undefined);
    const all = Array.from({ length: 1_500 }, () => writer.clear(clearing(scope)));
    for (const answer of await Promise.allSettled(all)) {
      expect(answer).toMatchObject({ status: "rejected", reason: { code: "MEM_LOCKED" } });
    }
    expect(waits).toBe(1);
  });

  it("may be many clearings: each batch has few, and each counts its own", async () => {
    const store = openStore(await storeFolder());
    const agents = Array.from({ length: 30 }, (_, i) => ({
      tenantId: "acme",
      agentId: `agent-${i}`,
    }));
    await Promise.all(agents.map((one) => store.save(one, [write("a"), write("b")])));
    const before = Number((await store.health()).details["tableVersion"]);
    expect(await Promise.all(agents.map((one) => store.clear(one)))).toEqual(agents.map(() => 2));
    const after = Number((await store.health()).details["tableVersion"]);
    expect(after - before).toBeGreaterThanOrEqual(3);
    expect((await store.stats("acme")).entries).toBe(0);
  });
});
