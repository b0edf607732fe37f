import type { ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { add, getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;

export function countsOperationsOnce(open: Opened): void {
  describe("increments with an operation id", () => {
    it("counts once and is answered as it was", async () => {
      const { backend, advance } = await open();
      const first = await add(backend, 2, { opId: "op-1", ttlMs: MINUTE });
      const before = await getOne(backend, WRITER, "hits");
      await advance(1000);
      expect(await add(backend, 2, { opId: "op-1", ttlMs: MINUTE })).toEqual(first);
      expect(await getOne(backend, WRITER, "hits")).toEqual(before);
      expect(await add(backend, 3, { opId: "op-2" })).toMatchObject({ value: 5 });
      expect(await add(backend, 3, { opId: "op-2" })).toMatchObject({ value: 5 });
    });

    it("counts once when it is sent ten times at once", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("hits", 1));
      const sent = await Promise.all(
        Array.from({ length: 10 }, () => add(backend, 1, { opId: "op-1" })),
      );
      expect(new Set(sent.map(({ version }) => version)).size).toBe(1);
      expect(await valueOf(backend, WRITER, "hits")).toBe(2);
    });

    it.each(AFTERWARDS)("counts again where $what", async ({ happens, sum }) => {
      const { backend, advance } = await open();
      await add(backend, 2, { opId: "op-1", ttlMs: MINUTE });
      await happens(backend, advance);
      expect(await add(backend, 5, { opId: "op-1" })).toMatchObject({ value: sum });
    });
  });
}

interface Afterwards {
  readonly what: string;
  readonly sum: number;
  readonly happens: (
    backend: ShortTermBackend,
    advance: (ms: number) => Promise<void>,
  ) => Promise<unknown>;
}

const AFTERWARDS: readonly Afterwards[] = [
  { what: "another has counted since", happens: (backend) => add(backend, 1), sum: 8 },
  {
    what: "the entry was replaced since",
    happens: (backend) => saveOne(backend, WRITER, write("hits", 10)),
    sum: 15,
  },
  {
    what: "the entry was deleted since",
    happens: (backend) => backend.delete(WRITER, [{ key: "hits" }]),
    sum: 5,
  },
  { what: "the entry has expired since", happens: (_, advance) => advance(MINUTE), sum: 5 },
];
