import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentFile, isAgentFile, tenantFolder } from "../src/folder/file-names.ts";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

/** Pieces that paths, shells and file systems interpret. */
const pieces = fc.constantFrom(
  ..."a b A B é e\u0301 ß / \\ : . .. ~ @ % * ? \" ' \0 \n CON nul com1 .jsonl -rf 👩‍💻 İ ı".split(
    " ",
  ),
  " ",
);
const hostileId = fc.oneof(
  fc.array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }),
  fc.integer({ min: 90, max: 11_000 }).map((length) => "x".repeat(length)),
);

describe("a file name", () => {
  it.each([
    ["strategy", "strategy.jsonl"],
    ["content_agent-2", "content_agent-2.jsonl"],
    ["gpt-4.1", "gpt-4.1.jsonl"],
    ["x".repeat(100), `${"x".repeat(100)}.jsonl`],
  ])("of %j is the id itself", (id, name) => {
    expect(agentFile(id)).toBe(name);
  });

  it.each([
    ["Strategy", "Strategy~"],
    ["team/strategy", "team-strategy~"],
    ["../../etc/passwd", "etc-passwd~"],
    ["con", "con~"],
    ["nul.txt", "nul-txt~"],
    ["trailing.", "trailing~"],
    ["..", "id~"],
    ["日本語", "id~"],
    ["x".repeat(101), `${"x".repeat(40)}~`],
  ])("of %j is what is readable of it and a hash", (id, start) => {
    expect(agentFile(id)).toMatch(/~[0-9a-f]{32}\.jsonl$/);
    expect(agentFile(id).slice(0, start.length)).toBe(start);
  });

  it("never changes, because files have it", () => {
    expect(agentFile("Strategy")).toBe("Strategy~6b27710dfaafdcec2b06b7d3c6abe56d.jsonl");
    expect(tenantFolder("Acme Corp")).toBe("@Acme-Corp~a73cb4563ee2e72ce0ce805d444364ec");
    expect(tenantFolder("acme")).toBe("@acme");
    expect(tenantFolder("default")).toBe("");
  });

  it("is safe for any id, on any file system", () => {
    fc.assert(
      fc.property(hostileId, (id) => {
        for (const name of [agentFile(id), tenantFolder(id)]) {
          expect(name).toMatch(/^@?[A-Za-z0-9_][A-Za-z0-9._~-]*$|^$/);
          expect(name).not.toMatch(/\.$/);
          expect(name).not.toMatch(/^@?(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
          expect(name.length).toBeLessThan(120);
        }
        expect(isAgentFile(agentFile(id))).toBe(true);
        expect(isAgentFile(tenantFolder(id))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it("is one id's only, also where case and normalisation make no difference", () => {
    const ids = fc.sample(hostileId, { numRuns: 10_000, seed: 1 });
    const distinct = new Set([...ids, ...ids.map((id) => id.toUpperCase())]);
    const names = new Set([...distinct].map((id) => agentFile(id).toLowerCase().normalize("NFC")));
    expect(names.size).toBe(distinct.size);
    const folders = new Set([...distinct].map((id) => tenantFolder(id).toLowerCase()));
    expect(folders.size).toBe(distinct.size);
  });

  it.each(["Strategy.jsonl", "a b.jsonl", ".jsonl", "@acme", "a.json", "con.jsonl", "format.json"])(
    "is never %j",
    (name) => {
      expect(isAgentFile(name)).toBe(false);
    },
  );

  it("keeps hostile ids inside the folder, each in a file of its own", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    const ids = [...new Set(fc.sample(hostileId, { numRuns: 2000, seed: 2 }))];
    await using store = createJsonlRecords({ dir, durability: "process" });
    await store.append(ids.map((agentId, n) => record(n, { agentId })));

    expect(await readdir(folder.dir)).toEqual(["records"]);
    const files = (await readdir(dir)).filter((name) => name !== "format.json");
    expect(files).toHaveLength(ids.length);
    for (let n = 0; n < ids.length; n += 20) {
      expect(await idsOf(store, { agentId: ids[n] as string })).toEqual([`record-${n}`]);
    }
    expect(await idsOf(store, { limit: 5000 })).toHaveLength(ids.length);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });
});
