import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note } from "./samples.ts";

describe("calls that wait for the one under way", () => {
  it("are written together, in the order in which they were made", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    const order: string[] = [];
    const save = (key: string): Promise<unknown> =>
      store.save(ann, [note(key, key)]).then(() => order.push(key));
    await Promise.all([save("a"), save("b"), save("c"), store.delete(ann, [{ key: "b" }])]);
    expect(order).toEqual(["a", "b", "c"]);
    expect(await keysIn(store)).toEqual(["a", "c"]);
  });

  it("are all done when a flush resolves, also where the last of them is refused", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ maxBytes: 5000 });
    await store.save(ann, [note("old", "")]);
    const calls = Promise.allSettled([
      store.save(ann, [note("new", "plan")]),
      store.save(ann, [note("large", "x".repeat(10_000))]),
    ]);
    await store.flush();
    expect(await folder.content()).toContain('"plan"');
    expect((await calls).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  it("can be given up, and then change nothing", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("old", "")]);
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Promise.allSettled([
      store.save(ann, [note("first", "")]),
      store.save(ann, [note("given up", "")], { signal }),
      store.clear(ann, { signal }),
    ]);
    controller.abort();
    const [first, ...givenUp] = await calls;
    expect(first).toMatchObject({ status: "fulfilled" });
    for (const result of givenUp) expect(result).toMatchObject({ reason: { code: "MEM_ABORTED" } });
    expect(await keysIn(store)).toEqual(["first", "old"]);
  });
});
