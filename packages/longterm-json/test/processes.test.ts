import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { start } from "./fixtures/process.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note } from "./samples.ts";

describe("a second process", () => {
  it("is refused with MEM_LOCKED until the first one ends, however it ends", async () => {
    await using folder = await temporaryFolder();
    await using holder = start("holder", [folder.file]);
    await holder.firstWord();
    const store = folder.open();
    for (const call of [() => store.get(ann, ["held"]), () => store.save(ann, [note("a", "b")])]) {
      await expect(call()).rejects.toMatchObject({
        code: "MEM_LOCKED",
        retryable: true,
        message: expect.stringContaining(folder.file),
      });
    }
    expect(await store.health()).toMatchObject({ status: "down" });
    holder.child.kill("SIGKILL");
    await holder.ended();
    expect(await keysIn(store)).toEqual(["held"]);
  });

  it("may open the store once the first has closed it", async () => {
    await using folder = await temporaryFolder();
    await using first = folder.open();
    const second = folder.open();
    await first.save(ann, [note("a", "b")]);
    await expect(second.count(ann)).rejects.toMatchObject({ code: "MEM_LOCKED" });
    await first.close();
    expect(await second.count(ann)).toBe(1);
  });
});

describe("a process", () => {
  it("loses nothing that was acknowledged when it is killed while it writes", async () => {
    await using folder = await temporaryFolder();
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      await using writer = start("writer", [folder.file, `round-${round}`]);
      await writer.firstWord();
      await delay(50 + Math.random() * 150);
      writer.child.kill("SIGKILL");
      acknowledged.push(...(await writer.ended()).lines);
    }
    const store = folder.open();
    const keys = new Set(await keysIn(store));
    expect(acknowledged.length).toBeGreaterThan(30);
    expect(acknowledged.filter((key) => !keys.has(key))).toEqual([]);
    expect((await folder.names()).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("ends by itself when it has nothing else to do", async () => {
    await using folder = await temporaryFolder();
    await using leaver = start("leaver", [folder.file]);
    const { code } = await leaver.ended();
    expect(code).toBe(0);
    expect(await keysIn(folder.open())).toEqual(["left"]);
  });

  it("that may write no further is told so, and goes on when there is room", async () => {
    await using folder = await temporaryFolder();
    await using filler = start("filler", [folder.file], 64);
    const { lines, code } = await filler.ended();
    expect(code).toBe(0);
    const seen = JSON.parse(lines[0] ?? "") as Record<string, string[]>;
    const stored = seen["stored"] ?? [];
    expect(stored.length).toBeGreaterThan(10);
    expect(seen["refusal"]).toEqual({ code: "MEM_CAPACITY", outcome: "not-applied" });
    expect(seen["whenFull"]).toEqual(stored);
    expect(seen["removed"]).toEqual([true, true]);
    expect(seen["afterwards"]).toEqual([...stored.slice(2), "later"]);
    expect(await keysIn(folder.open())).toEqual([...stored.slice(2), "later"]);
  });
});
