import { describe, expect, test } from "vitest";

import { GroupCommit, type Waiting } from "../src/group-commit.ts";

/** Commits that end when the test lets them. */
function controlled(maxQueuedBytes?: number) {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const commits = new GroupCommit<string, string>({
    maxQueuedBytes,
    commit: async (batch: readonly Waiting<string, string>[]) => {
      batches.push(batch.map(({ item }) => item));
      await new Promise<void>((resolve) => gates.push(resolve));
      for (const { item, resolve } of batch) resolve(item.toUpperCase());
    },
  });
  async function endCommit(): Promise<void> {
    while (gates.length === 0) await new Promise((resolve) => setImmediate(resolve));
    gates.shift()?.();
  }
  return { commits, batches, endCommit };
}

describe("group commit", () => {
  test("joins the calls of one tick, and those that arrive during a commit", async () => {
    const { commits, batches, endCommit } = controlled();
    const first = Promise.all(["a", "b"].map((item) => commits.add(item, 1)));
    await endCommit();
    const second = Promise.all(["c", "d", "e"].map((item) => commits.add(item, 1)));
    await endCommit();
    expect(await first).toEqual(["A", "B"]);
    expect(await second).toEqual(["C", "D", "E"]);
    expect(batches.flat()).toEqual(["a", "b", "c", "d", "e"]);
    expect(batches.length).toBe(2);
  });

  test("joins callers that go on in promise handlers of the batch before", async () => {
    const { commits, batches, endCommit } = controlled();
    const writers = ["a", "b", "c"].map(async (item, index) => {
      await commits.add(item, 1);
      // Callers add promise layers of their own, some more of them than others.
      for (let layer = 0; layer < index * 5; layer++) await Promise.resolve();
      await commits.add(item, 1);
    });
    await endCommit();
    await endCommit();
    await Promise.all(writers);
    expect(batches).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
  });

  test("rejects only the calls of a commit that failed", async () => {
    let calls = 0;
    const commits = new GroupCommit<string, string>({
      commit: async (batch) => {
        calls += 1;
        if (calls === 1) throw new Error("no");
        for (const waiting of batch) waiting.resolve("yes");
      },
    });
    const results = await Promise.allSettled([commits.add("a", 1), commits.add("b", 1)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await commits.add("c", 1)).toBe("yes");
  });

  test("refuses what exceeds the bound and takes more when there is room again", async () => {
    const { commits, endCommit } = controlled(100);
    const big = commits.add("big", 250);
    await expect(commits.add("more", 1)).rejects.toMatchObject({
      code: "LOG_FULL",
      outcome: "not-applied",
    });
    await endCommit();
    await big;
    await commits.flush();
    const later = commits.add("later", 100);
    await endCommit();
    expect(await later).toBe("LATER");
  });

  test("puts no more into one commit than one write should hold", async () => {
    const { commits, batches, endCommit } = controlled(2 ** 30);
    const all = Promise.all(["a", "b", "c"].map((item) => commits.add(item, 5 * 2 ** 20)));
    await endCommit();
    await endCommit();
    await endCommit();
    await all;
    expect(batches).toEqual([["a"], ["b"], ["c"]]);
  });

  test("flush waits for what was added before it, failed or not", async () => {
    const { commits, endCommit } = controlled();
    let settled = 0;
    for (const item of ["a", "b"]) void commits.add(item, 1).then(() => (settled += 1));
    const flushed = commits.flush();
    await endCommit();
    await flushed;
    expect(settled).toBe(2);
  });

  test("close waits for what was added; afterwards nothing is taken", async () => {
    const { commits, endCommit } = controlled();
    const added = commits.add("a", 1);
    const closed = Promise.all([commits.close(), commits.close()]);
    await expect(commits.add("b", 1)).rejects.toMatchObject({ code: "LOG_CLOSED" });
    await endCommit();
    await closed;
    expect(await added).toBe("A");
  });
});
