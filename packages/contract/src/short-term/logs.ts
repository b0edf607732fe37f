import type { LogItem, Scope, ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Opened } from "./harness.ts";
import { EDITOR, saveOne, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;
const BOUNDS = { maxItems: 1000, ttlMs: null };

export function keepsLogs(open: Opened): void {
  describe("logs", () => {
    it("number what is appended 1, 2, 3, … and return it as it stands", async () => {
      const { backend } = await open();
      const first = await append(backend, ["a", "b"]);
      const second = await append(backend, ["c"]);
      expect(first).toEqual([
        { id: "a", position: 1, at: expect.any(Number), value: "value of a", edits: 0 },
        { id: "b", position: 2, at: expect.any(Number), value: "value of b", edits: 0 },
      ]);
      expect(second.map((item) => item.position)).toEqual([3]);
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([...first, ...second]);
    });

    it("are empty where there is none", async () => {
      const { backend } = await open();
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([]);
      await append(backend, []);
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([]);
    });

    it("return the last that fit, oldest first", async () => {
      const { backend } = await open();
      await append(backend, numbered(1, 20));
      expect(await positions(backend, { limit: 3 })).toEqual([18, 19, 20]);
      expect(await positions(backend, { limit: 3, before: 18 })).toEqual([15, 16, 17]);
      expect(await positions(backend, { limit: 3, before: 3 })).toEqual([1, 2]);
      expect(await positions(backend, { limit: 3, before: 1 })).toEqual([]);
      expect(await positions(backend, { limit: 100, after: 17 })).toEqual([18, 19, 20]);
      expect(await positions(backend, { limit: 2, after: 10 })).toEqual([19, 20]);
      expect(await positions(backend, { limit: 2, after: 10, before: 14 })).toEqual([12, 13]);
      expect(await positions(backend, { limit: 5, after: 20 })).toEqual([]);
      expect(await positions(backend, { limit: 5, after: 10, before: 11 })).toEqual([]);
      expect(await positions(backend, { limit: 5, before: 1000 })).toEqual([16, 17, 18, 19, 20]);
      expect(await positions(backend, { limit: 5, after: 0 })).toEqual([16, 17, 18, 19, 20]);
    });

    it("do not append an item that is still there, and return it as it stands", async () => {
      const { backend } = await open();
      const [original] = await append(backend, ["a"]);
      await append(backend, ["b"]);
      const again = await backend.append(
        WRITER,
        "chat",
        [
          { id: "a", value: "another value" },
          { id: "c", value: "value of c" },
        ],
        BOUNDS,
      );
      expect(again).toEqual([original, expect.objectContaining({ id: "c", position: 3 })]);
      expect((await backend.read(WRITER, "chat", { limit: 10 })).map((item) => item.value)).toEqual(
        ["value of a", "value of b", "value of c"],
      );
    });

    it("drop the oldest beyond maxItems and never use their positions again", async () => {
      const { backend } = await open();
      const bounds = { maxItems: 3, ttlMs: null };
      for (const id of numbered(1, 7)) await append(backend, [id], bounds);
      expect(await positions(backend, { limit: 10 })).toEqual([5, 6, 7]);
      expect(await positions(backend, { limit: 10, before: 6 })).toEqual([5]);
      expect(await positions(backend, { limit: 10, after: 2 })).toEqual([5, 6, 7]);
      const again = await append(backend, numbered(1, 1), bounds);
      expect(again.map((item) => item.position)).toEqual([8]);
      expect(await positions(backend, { limit: 10 })).toEqual([6, 7, 8]);
    });

    it("follow the bounds of the latest append", async () => {
      const { backend } = await open();
      await append(backend, numbered(1, 10));
      await append(backend, ["last"], { maxItems: 2, ttlMs: null });
      expect(await positions(backend, { limit: 100 })).toEqual([10, 11]);
    });

    it("take many items at once and keep the last of them", async () => {
      const { backend } = await open();
      const items = await append(backend, numbered(1, 50), { maxItems: 20, ttlMs: null });
      expect(items.map((item) => item.position)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      expect(await positions(backend, { limit: 100 })).toEqual(
        Array.from({ length: 20 }, (_, i) => i + 31),
      );
    });

    it("lose nothing and double nothing when 50 append at once", async () => {
      const { backend } = await open();
      const appended = (
        await Promise.all(numbered(1, 50).map((id) => append(backend, [id])))
      ).flat();
      const stored = await backend.read(WRITER, "chat", { limit: 100 });
      expect(stored.map((item) => item.position)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      expect(stored).toEqual(appended.toSorted((a, b) => a.position - b.position));
      expect(new Set(stored.map((item) => item.id)).size).toBe(50);
    });

    it("append an item sent ten times at once exactly once", async () => {
      const { backend } = await open();
      const answers = await Promise.all(Array.from({ length: 10 }, () => append(backend, ["a"])));
      expect(await positions(backend, { limit: 100 })).toEqual([1]);
      expect(new Set(answers.map((items) => JSON.stringify(items))).size).toBe(1);
    });

    it("live for ttlMs after the latest append, then start again", async () => {
      const { backend, advance } = await open();
      const bounds = { maxItems: 10, ttlMs: MINUTE };
      await append(backend, ["a"], bounds);
      await advance(MINUTE - 5000);
      await append(backend, ["b"], bounds);
      await advance(MINUTE - 5000);
      expect(await positions(backend, { limit: 10 })).toEqual([1, 2]);
      await advance(5000);
      expect(await positions(backend, { limit: 10 })).toEqual([]);
      expect((await append(backend, ["a"], bounds)).map((item) => item.position)).toEqual([1]);
    });

    it("stamp items with the time they were appended", async () => {
      const { backend, advance } = await open();
      const [a] = await append(backend, ["a"]);
      await advance(MINUTE);
      const [b] = await append(backend, ["b"]);
      expect(b!.at - a!.at).toBeGreaterThanOrEqual(MINUTE);
    });

    it("stamp items with the time that they are given", async () => {
      const { backend } = await open();
      const copied = [{ id: "a", value: 1, at: 1_000_000_000_000 }];
      const [item] = await backend.append(WRITER, "chat", copied, BOUNDS);
      expect(item).toEqual({ id: "a", position: 1, at: 1_000_000_000_000, value: 1, edits: 0 });
      expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([item]);
    });

    it("are apart by name and scope, whatever the name", async () => {
      const { backend } = await open();
      const scopes: Scope[] = [WRITER, EDITOR, { tenantId: "acme", workflowId: "writer" }];
      for (const scope of scopes) {
        for (const log of NASTY_IDS) {
          await backend.append(
            scope,
            log,
            [{ id: log, value: { log, scope: { ...scope } } }],
            BOUNDS,
          );
        }
      }
      for (const scope of scopes) {
        for (const log of NASTY_IDS) {
          const items = await backend.read(scope, log, { limit: 10 });
          expect(items.map((item) => item.value)).toEqual([{ log, scope }]);
        }
      }
    });

    it("are no entries: neither listed nor counted nor cleared, and no key hides them", async () => {
      const { backend } = await open();
      await append(backend, ["a"]);
      await saveOne(backend, WRITER, write("chat"));
      expect(await backend.count(WRITER)).toBe(1);
      expect((await backend.stats("acme")).entries).toBe(1);
      expect((await backend.list(WRITER, { limit: 10 })).items).toHaveLength(1);
      expect(await backend.clear(WRITER)).toBe(1);
      expect(await positions(backend, { limit: 10 })).toEqual([1]);
    });
  });
}

function append(
  backend: ShortTermBackend,
  ids: readonly string[],
  bounds: Parameters<ShortTermBackend["append"]>[3] = BOUNDS,
): Promise<LogItem[]> {
  return backend.append(
    WRITER,
    "chat",
    ids.map((id) => ({ id, value: `value of ${id}` })),
    bounds,
  );
}

async function positions(
  backend: ShortTermBackend,
  read: Parameters<ShortTermBackend["read"]>[2],
): Promise<number[]> {
  return (await backend.read(WRITER, "chat", read)).map((item) => item.position);
}

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}`);
}
