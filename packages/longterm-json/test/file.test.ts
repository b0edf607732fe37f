import { randomUUID } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createHashingEmbedder, createManualClock } from "@mem/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note, write } from "./samples.ts";

const READABLE = `{
  "format": "mem-long-term",
  "formatVersion": 1,
  "lastVersion": 3,
  "entries": [
    {
      "tenantId": "acme",
      "agentId": "ann",
      "key": "audience",
      "value": {
        "who": "bakers",
        "cities": [
          "Bern"
        ]
      },
      "text": "who: bakers cities: Bern",
      "metadata": {
        "confirmed": true
      },
      "subject": "person:7",
      "sequence": {
        "id": "talk",
        "position": 1
      },
      "source": "message",
      "derivedFrom": [
        "short_term:acme::ann:draft"
      ],
      "createdAt": "2026-01-01T00:00:00.000Z",
      "updatedAt": "2026-01-01T00:00:00.000Z",
      "version": "2",
      "opId": "op-1"
    },
    {
      "tenantId": "acme",
      "agentId": "ann",
      "key": "tone",
      "value": "warm and plain",
      "source": "agent",
      "createdAt": "2026-01-01T00:00:00.000Z",
      "updatedAt": "2026-01-01T00:00:01.000Z",
      "version": "3"
    }
  ]
}
`;

describe("the file", () => {
  it("can be read by people", async () => {
    await using folder = await temporaryFolder();
    const clock = createManualClock();
    const store = folder.open({ clock });
    await store.save(ann, [note("tone", "cold")]);
    await store.save(ann, [
      write("audience", {
        value: { who: "bakers", cities: ["Bern"] },
        text: "who: bakers cities: Bern",
        metadata: { confirmed: true },
        subject: "person:7",
        sequence: { id: "talk", position: 1 },
        source: "message",
        derivedFrom: ["short_term:acme::ann:draft"],
        opId: "op-1",
      }),
    ]);
    clock.advance(1000);
    await store.save(ann, [note("tone", "warm and plain")]);
    expect(await folder.content()).toBe(READABLE);
  });

  it("stays as it is until something changes", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    const [result] = await store.save(ann, [note("a", "one")]);
    const { ino } = await stat(folder.file);
    await store.save(ann, [write("a", { ifAbsent: true }), write("b", { ifVersion: "none" })]);
    await store.delete(ann, [{ key: "none" }, { key: "a", ifVersion: `${result?.version}0` }]);
    await store.clear({ ...ann, workflowId: "none" });
    await store.flush();
    await store.close();
    await keysIn(folder.open());
    expect((await stat(folder.file)).ino).toBe(ino);
  });

  it("can be edited while no store has it open", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("tone", "cold")]);
    await store.close();
    // As some editors save it.
    const edited = (await folder.content()).replace("cold", "warm").replaceAll("\n", "\r\n");
    await writeFile(folder.file, `\uFEFF${edited}`);
    const again = folder.open();
    expect(await again.get(ann, ["tone"])).toMatchObject([{ value: "warm", text: "warm" }]);
  });

  it("gives no version out again that an entry added by hand has", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("tone", "cold")]);
    await store.close();
    await writeFile(
      folder.file,
      (await folder.content()).replace('"version": "1"', '"version": "7"'),
    );
    const again = folder.open();
    const [result] = await again.save(ann, [note("tone", "warm")]);
    expect(result).toEqual({ stored: true, version: "8" });
  });

  it("is freed of what a killed process left half written, and of nothing else", async () => {
    await using folder = await temporaryFolder();
    const left = `${randomUUID()}.tmp`;
    for (const name of [`${folder.file}.${left}`, `${folder.vectorFile}.${left}`]) {
      await writeFile(name, "half");
    }
    await writeFile(`${folder.file}.mine.tmp`, "somebody's own");
    const store = folder.open({ embedder: createHashingEmbedder() });
    expect(await store.count(ann)).toBe(0);
    const temporary = (await folder.names()).filter((name) => name.endsWith(".tmp"));
    expect(temporary).toEqual(["memory.json.mine.tmp"]);
  });

  it("is not written over when another program changed it meanwhile", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("tone", "cold")]);
    const edited = (await folder.content()).replace("cold", "warm");
    await writeFile(folder.file, edited);
    await expect(store.save(ann, [note("other", "x")])).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      outcome: "not-applied",
    });
    expect(await keysIn(store)).toEqual(["tone"]);
    expect(await readFile(folder.file, "utf8")).toBe(edited);
    await store.close();
    expect(await folder.open().get(ann, ["tone"])).toMatchObject([{ value: "warm" }]);
  });

  it("is made by the first save, not by the factory and not by reading", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    expect(await folder.names()).toEqual([]);
    expect(await keysIn(store)).toEqual([]);
    expect(await folder.names()).not.toContain("memory.json");
    await store.save(ann, [note("a", "one")]);
    expect(await folder.names()).toContain("memory.json");
  });
});
