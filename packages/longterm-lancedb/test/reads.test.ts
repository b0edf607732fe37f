import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Database } from "../src/database.ts";
import { locate } from "../src/location.ts";
import { ScopeStatistics } from "../src/scope-statistics.ts";
import { inScope } from "../src/sql.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

async function openDatabase(uri: string): Promise<Database> {
  const database = await Database.connect(locate(uri));
  onTestFinished(() => database.close());
  return database;
}

describe("a read whose files vanish", () => {
  it("is the store's damage where nothing was written meanwhile, and else can be tried again", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const database = await openDatabase(uri);
    const vanished = Object.assign(new Error("Not found: x.lance"), { code: "GenericFailure" });
    const lost = database.read(() => Promise.reject(vanished));
    await expect(lost).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    const overtaken = database.read(async () => {
      await store.save(scope, [write("a")]);
      throw vanished;
    });
    await expect(overtaken).rejects.toMatchObject({ code: "MEM_UNAVAILABLE", retryable: true });
  });
});

describe("a store whose table is gone", () => {
  it("is damaged, not unavailable", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    await store.close();
    await rm(join(uri, "memory.lance"), { recursive: true });
    await expect(openStore(uri).count(scope)).rejects.toMatchObject({ code: "MEM_CORRUPT" });
  });
});

describe("the statistics of a scope", () => {
  it("are those of their version, also where a search of an earlier one ends later", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { text: "autumn" })]);
    const database = await openDatabase(uri);
    const statistics = new ScopeStatistics();
    const condition = inScope(scope);
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const earlier = database.snapshot((table) => {
      const slow = new Proxy(table, {
        get(target, name) {
          if (name !== "countRows") return Reflect.get(target, name).bind(target);
          return async (where: string) => {
            begun.resolve();
            await gate.promise;
            return target.countRows(where);
          };
        },
      });
      return statistics.of(slow, condition);
    });
    await begun.promise;
    await store.save(scope, [write("b", { text: "winter" })]);
    const newest = () => database.snapshot((table) => statistics.of(table, condition));
    const other = { tenantId: "acme", agentId: "other" };
    await database.snapshot((table) => statistics.of(table, inScope(other)));
    gate.resolve();
    expect((await earlier).documents).toBe(1);
    expect((await newest()).documents).toBe(2);
  });
});
