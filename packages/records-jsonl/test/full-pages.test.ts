import { expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

it.each(["newest", "oldest"] as const)(
  "a page of long records ends before its limit, and the next one goes on, %s first",
  async (order) => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    const sent = series(200, { input: "x".repeat(10_000) });
    await store.append(sent);
    const { items } = await store.query("default", { agentId: "strategy", order, limit: 1000 });
    expect(items.length).toBeGreaterThan(5);
    expect(items.length).toBeLessThan(30);
    const ids = sent.map(({ id }) => id);
    const expected = order === "oldest" ? ids : ids.toReversed();
    expect(await idsOf(store, { agentId: "strategy", order })).toEqual(expected);
  },
);

it("questions asked at the same time do not share what they read into", async () => {
  await using folder = await temporaryFolder();
  await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
  const agents = ["a", "b", "c", "d", "e", "f"];
  for (const agentId of agents) {
    await store.append(series(300, { agentId, input: agentId.repeat(700) }));
  }
  const rounds = [...agents, ...agents, ...agents];
  const found = await Promise.all(rounds.map((agentId) => idsOf(store, { agentId, limit: 70 })));
  const ids = series(300).map(({ id }) => id);
  for (const each of found) expect(each).toEqual(ids);
});
