import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("stores of one folder that rotate and erase at the same time", () => {
  it("take turns: none finds a segment half way through another's hands", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using one = createJsonlRecords({ dir, durability: "process" });
    await using other = createJsonlRecords({ dir, durability: "process" });
    const rounds = Array.from({ length: 12 }, async (_, n) => {
      const store = n % 2 === 0 ? one : other;
      await store.append([record(n, { subject: `person-${n % 4}` })]);
      await store.rotate();
      if (n % 4 < 2) await store.erase({ tenantId: "default", subject: `person-${n % 4}` });
    });
    await Promise.all(rounds);
    const kept = [2, 3, 6, 7, 10, 11].map((n) => record(n).id);
    expect((await idsOf(one)).toSorted()).toEqual(kept.toSorted());
    expect(await one.verify()).toMatchObject({ ok: true, erased: 6 });
  });
});
