import { truncate } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const INVALID = { code: "MEM_INVALID_ARGUMENT", path: "query.cursor" };

describe("a cursor", () => {
  it.each(["oldest", "newest"] as const)("is good in another process, %s first", async (order) => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const sent = series(30).map((each, n) => ({ ...each, agentId: `agent-${n % 4}` }));
    const query = { order, limit: 10 } as const;
    let cursor: string;
    {
      await using store = createJsonlRecords({ dir });
      await store.append(sent);
      cursor = (await store.query("default", query)).cursor as string;
    }
    await using store = createJsonlRecords({ dir });
    const expected = sent.map(({ id }) => id);
    if (order === "newest") expected.reverse();
    expect(await idsOf(store, { ...query, cursor })).toEqual(expected.slice(10));
  });

  it("is of the query that it came from", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append(series(9));
    await store.append(series(9, { tenantId: "acme" }));
    const { cursor } = await store.query("default", { order: "newest", limit: 2 });
    const again = { order: "newest", limit: 5, cursor: cursor as string } as const;
    expect((await store.query("default", again)).items).toHaveLength(5);
    for (const change of [
      { order: "oldest" },
      { status: "error" },
      { agentId: "strategy" },
    ] as const) {
      await expect(store.query("default", { ...again, ...change })).rejects.toMatchObject(INVALID);
    }
    await expect(store.query("acme", again)).rejects.toMatchObject(INVALID);
  });

  it("that was tampered with shows whole records of its own tenant or is refused", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append(series(9).map((each) => ({ ...each, input: "{}\n{}" })));
    await store.append(series(9, { tenantId: "acme", agentId: "content" }));
    const view = { order: "newest", limit: 3 } as const;
    const { cursor } = await store.query("default", view);
    const [mark] = JSON.parse(Buffer.from(cursor as string, "base64url").toString()) as string[];
    const file = fc.constantFrom(
      "strategy.jsonl",
      "../x",
      "@acme/content.jsonl",
      "content.jsonl",
      "",
    );
    const offset = fc.oneof(fc.nat(2000), fc.constantFrom(-1, 0.5, 2 ** 53, Number.MAX_VALUE));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(file, offset), { maxLength: 2 }), async (positions) => {
        const text = JSON.stringify([mark, ...positions]);
        const forged = Buffer.from(text).toString("base64url");
        const answer = await store.query("default", { ...view, cursor: forged }).then(
          ({ items }) =>
            items.every(({ tenantId, input }) => tenantId === "default" && input === "{}\n{}"),
          (error: { code?: string }) => error.code === "MEM_INVALID_ARGUMENT",
        );
        expect(answer).toBe(true);
      }),
    );
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("is refused when its file was cut short behind its back", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append(series(9));
    const view = { order: "oldest", limit: 5 } as const;
    const { cursor } = await store.query("default", view);
    await truncate(join(folder.dir, "strategy.jsonl"), 0);
    await expect(
      store.query("default", { ...view, cursor: cursor as string }),
    ).rejects.toMatchObject(INVALID);
    await store.append([record(1)]);
    expect(await idsOf(store)).toEqual(["record-1"]);
  });
});
