import { isMemoryError, type LogItem, type ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { ruin } from "./ruin.ts";
import { EDITOR, WRITER } from "./samples.ts";

const MINUTE = 60_000;
const BOUNDS = { maxItems: 1000, ttlMs: null };

export function editsLogs(open: Opened): void {
  describe("finding items of a log", () => {
    it("answers in the order of the ids, undefined for those that are not there", async () => {
      const { backend } = await open();
      const [a, b] = await append(backend, ["a", "b"]);
      expect(await backend.find(WRITER, "chat", ["b", "x", "a"])).toEqual([b, undefined, a]);
      expect(await backend.find(WRITER, "chat", [])).toEqual([]);
      expect(await backend.find(WRITER, "notes", ["a"])).toEqual([undefined]);
      expect(await backend.find(EDITOR, "chat", ["a"])).toEqual([undefined]);
    });

    it("knows nothing of what was dropped or has expired", async () => {
      const { backend, advance } = await open();
      await append(backend, ["a", "b"], { maxItems: 1, ttlMs: MINUTE });
      expect((await backend.find(WRITER, "chat", ["a", "b"])).map((one) => one?.id)).toEqual([
        undefined,
        "b",
      ]);
      await advance(MINUTE);
      expect(await backend.find(WRITER, "chat", ["a", "b"])).toEqual([undefined, undefined]);
    });

    it("finds any id, and hands out what is the caller's own", async () => {
      const { backend } = await open();
      const items = await append(backend, NASTY_IDS);
      const found = await backend.find(WRITER, "chat", NASTY_IDS);
      expect(found).toEqual(items);
      ruin(found);
      expect(await backend.find(WRITER, "chat", NASTY_IDS)).toEqual(items);
    });
  });

  describe("editing items of a log", () => {
    it("replaces the value, counts that, and leaves place and time", async () => {
      const { backend, advance } = await open();
      const [a, b] = await append(backend, ["a", "b"]);
      await advance(MINUTE);
      const value = { text: "better", parts: [1, null] };
      const edited = await backend.edit(WRITER, "chat", { id: "a", value: structuredClone(value) });
      expect(edited).toEqual({ ...a, value, edits: 1 });
      const again = await backend.edit(WRITER, "chat", { id: "a", value: null });
      expect(again).toEqual({ ...a, value: null, edits: 2 });
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([again, b]);
      expect(await backend.find(WRITER, "chat", ["a"])).toEqual([again]);
    });

    it("hands out what is the caller's own", async () => {
      const { backend } = await open();
      await append(backend, ["a"]);
      const edited = await backend.edit(WRITER, "chat", { id: "a", value: { text: "better" } });
      const before = await backend.read(WRITER, "chat", { limit: 10 });
      ruin(edited);
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual(before);
    });

    it("answers undefined where there is no such item, and makes none", async () => {
      const { backend } = await open();
      const edit = { id: "a", value: 1 };
      expect(await backend.edit(WRITER, "chat", { ...edit })).toBeUndefined();
      await append(backend, ["b"]);
      expect(await backend.edit(WRITER, "chat", { ...edit, ifEdits: 0 })).toBeUndefined();
      expect(await backend.edit(WRITER, "chat", { id: "a" })).toBeUndefined();
      expect(await ids(backend)).toEqual(["b"]);
    });

    it("removes an item, and answers it as it was", async () => {
      const { backend } = await open();
      const [, b] = await append(backend, ["a", "b", "c"]);
      const edited = await backend.edit(WRITER, "chat", { id: "b", value: "better" });
      expect(edited).toEqual({ ...b, value: "better", edits: 1 });
      expect(await backend.edit(WRITER, "chat", { id: "b" })).toEqual(edited);
      expect(await ids(backend)).toEqual(["a", "c"]);
      expect(await backend.find(WRITER, "chat", ["b"])).toEqual([undefined]);
      expect(await backend.edit(WRITER, "chat", { id: "b" })).toBeUndefined();
    });

    it("reads whole pages across the gaps", async () => {
      const { backend } = await open();
      const all = Array.from({ length: 400 }, (_, i) => `${i + 1}`);
      await append(backend, all);
      const gone = all.filter((_, i) => (i >= 100 && i < 300) || i % 7 === 0);
      for (const id of gone) await backend.edit(WRITER, "chat", { id });
      const left = all.filter((id) => !gone.includes(id));
      expect(await ids(backend)).toEqual(left);
      const page = async (read: { before?: number; after?: number }): Promise<string[]> =>
        (await backend.read(WRITER, "chat", { limit: 40, ...read })).map(({ id }) => id);
      expect(await page({})).toEqual(left.slice(-40));
      for (const edge of [1, 2, 40, 101, 200, 301, 320, 400, 401]) {
        const below = left.filter((id) => Number(id) < edge);
        const above = left.filter((id) => Number(id) > edge);
        expect(await page({ before: edge })).toEqual(below.slice(-40));
        expect(await page({ after: edge })).toEqual(above.slice(-40));
        expect(await page({ before: edge, after: edge - 200 })).toEqual(
          below.filter((id) => Number(id) > edge - 200).slice(-40),
        );
      }
    });

    it("never uses the position of a removed item again, be it the last", async () => {
      const { backend } = await open();
      await append(backend, ["a", "b"]);
      await backend.edit(WRITER, "chat", { id: "b" });
      expect((await append(backend, ["b"])).map(({ position }) => position)).toEqual([3]);
      await backend.edit(WRITER, "chat", { id: "a" });
      await backend.edit(WRITER, "chat", { id: "b" });
      expect(await ids(backend)).toEqual([]);
      expect(await append(backend, ["a"])).toEqual([
        { id: "a", position: 4, at: expect.any(Number), value: "value of a", edits: 0 },
      ]);
    });

    it("does not count what was removed towards the bound", async () => {
      const { backend } = await open();
      const bounds = { maxItems: 3, ttlMs: null };
      await append(backend, ["a", "b", "c"], bounds);
      await backend.edit(WRITER, "chat", { id: "b" });
      await append(backend, ["d"], bounds);
      expect(await ids(backend)).toEqual(["a", "c", "d"]);
      await append(backend, ["e"], bounds);
      expect(await ids(backend)).toEqual(["c", "d", "e"]);
    });

    it("rejects unless the item was edited just so often, and changes nothing", async () => {
      const { backend } = await open();
      await append(backend, ["a"]);
      await backend.edit(WRITER, "chat", { id: "a", value: 1, ifEdits: 0 });
      const before = await backend.read(WRITER, "chat", { limit: 10 });
      for (const ifEdits of [0, 2]) {
        for (const edit of [{ value: 2 }, {}]) {
          const call = (): Promise<unknown> =>
            backend.edit(WRITER, "chat", { id: "a", ifEdits, ...edit });
          await expectRejection(call, "MEM_CONFLICT");
        }
      }
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual(before);
      await backend.edit(WRITER, "chat", { id: "a", ifEdits: 1 });
      expect(await ids(backend)).toEqual([]);
    });

    it("lets one of many win that edit with the same condition", async () => {
      const { backend } = await open();
      await append(backend, ["a"]);
      const all = await Promise.allSettled(
        Array.from({ length: 20 }, (_, value) =>
          backend.edit(WRITER, "chat", { id: "a", value, ifEdits: 0 }),
        ),
      );
      const won = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      const lost = all.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      expect(won).toHaveLength(1);
      expect(lost.every((error) => isMemoryError(error, "MEM_CONFLICT"))).toBe(true);
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual(won);
    });

    it("is not undone when the item is appended again", async () => {
      const { backend } = await open();
      await append(backend, ["a"]);
      const edited = await backend.edit(WRITER, "chat", { id: "a", value: "better" });
      expect(await append(backend, ["a"])).toEqual([edited]);
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([edited]);
    });

    it("does not change how long the log lives", async () => {
      const { backend, advance } = await open();
      await append(backend, ["a"], { maxItems: 10, ttlMs: MINUTE });
      await advance(MINUTE - 5000);
      await backend.edit(WRITER, "chat", { id: "a", value: 1 });
      await advance(5000);
      expect(await backend.edit(WRITER, "chat", { id: "a", value: 2 })).toBeUndefined();
      expect(await ids(backend)).toEqual([]);
    });
  });
}

function append(
  backend: ShortTermBackend,
  all: readonly string[],
  bounds: Parameters<ShortTermBackend["append"]>[3] = BOUNDS,
): Promise<LogItem[]> {
  const items = all.map((id) => ({ id, value: `value of ${id}` }));
  return backend.append(WRITER, "chat", items, bounds);
}

async function ids(backend: ShortTermBackend): Promise<string[]> {
  return (await backend.read(WRITER, "chat", { limit: 1000 })).map(({ id }) => id);
}
