import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { parseLines, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const FULL = {
  // In another order than that of the file.
  metadata: { model: "none" },
  durationMs: 12,
  error: null,
  output: ["a\nb"],
  input: { topic: "Spring" },
  status: "success",
  tenantId: "default",
  workflowId: "launch",
  agentId: "strategy",
  timestamp: "2026-01-01T00:00:00.000Z",
  id: "run-1",
};

describe("the files", () => {
  it("hold a line for each record, its fields in one order", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append([FULL, record(1)]);
    const text = await readFile(join(folder.dir, "strategy.jsonl"), "utf8");
    const chain =
      /,"writer":"[\w-]{12}","sequence":[12],"previous":"[\w-]{32}","digest":"[\w-]{32}"\}$/gm;
    expect(text.match(chain)).toHaveLength(2);
    expect(text.replaceAll(chain, "}")).toBe(
      '{"id":"run-1","timestamp":"2026-01-01T00:00:00.000Z","agentId":"strategy",' +
        '"workflowId":"launch","tenantId":"default","status":"success","input":{"topic":"Spring"},' +
        '"output":["a\\nb"],"error":null,"durationMs":12,"metadata":{"model":"none"}}\n' +
        '{"id":"record-1","timestamp":"2026-01-01T00:00:00.001Z","agentId":"strategy",' +
        '"tenantId":"default","status":"success"}\n',
    );
  });

  it("are one for each agent, other tenants' below their own folder", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir });
    await store.append([
      record(1),
      record(2, { agentId: "content" }),
      record(3, { agentId: "@acme" }),
    ]);
    await store.append([record(4, { tenantId: "acme" })]);
    await store.append([record(5, { tenantId: "Acme" })]);
    const files = await readdir(dir, { recursive: true });
    expect(files.toSorted()).toEqual([
      "@Acme~37036cd8f9746d335038eca92f8a73ae",
      "@Acme~37036cd8f9746d335038eca92f8a73ae/strategy.jsonl",
      "@acme",
      "@acme/strategy.jsonl",
      "acme~505d4cb493e3ac19430facbd64ce10dd.jsonl",
      "content.jsonl",
      "format.json",
      "strategy.jsonl",
    ]);
    expect(JSON.parse(await readFile(join(dir, "format.json"), "utf8"))).toEqual({
      format: "@mem/records-jsonl",
      version: 2,
    });
  });

  it("say the whole id, whatever their name is", async () => {
    await using folder = await temporaryFolder();
    const agentId = "Team A/Strategy\u0000".repeat(500);
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append([record(1, { agentId })]);
    const [file] = (await readdir(folder.dir)).filter((name) => name.endsWith(".jsonl"));
    const [line] = await parseLines(folder.dir, file as string);
    expect(line).toMatchObject(record(1, { agentId }));
  });

  it("may be written by hand: spaces, blank lines, CRLF and fields that are nobody's", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const line = JSON.stringify({ ...record(1), note: "by hand", hash: "1f" }, null, " ");
    const spaced = line.replaceAll("\n", "");
    await writeFile(join(dir, "strategy.jsonl"), `\n${spaced}\r\n\r\n   \n`);
    await using store = createJsonlRecords({ dir });
    await store.append([record(2)]);
    const page = await store.query("default", { order: "oldest", limit: 10 });
    expect(page.items).toStrictEqual([record(1), record(2)]);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });
});
