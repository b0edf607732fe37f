import { expect, it } from "vitest";
import { getEntries } from "../src/reading/retrieval.ts";
import { RowChecker } from "../src/reading/verification.ts";
import { fromRow } from "../src/reading/walk.ts";
import { scanRows } from "../src/table/row-scan.ts";
import type { Row } from "../src/table/row.ts";
import { scope, write } from "./fixtures.ts";
import { analyzer, makeTable, makeView, openDatabase } from "./view.ts";

const placed = {
  scope,
  write: write("a", { text: "autumn", metadata: { team: "x" }, subject: "ada", opId: "op" }),
  version: "v",
  createdAt: 1,
  updatedAt: 2,
};

it.each([
  ["tenant", "'thief'"],
  ["workflow", "'thief'"],
  ["agent", "'thief'"],
  ["metadata", `'{"team":"y"}'`],
  ["sequence", "'s'"],
  ["position", "7.0"],
  ["version", "'w'"],
  ["created_at", "7.0"],
  ["updated_at", "7.0"],
  ["op_id", "'other'"],
  ["subject", "NULL"],
])(
  "%s that is not what the entry says is noticed, and never becomes part of it",
  async (column, value) => {
    const table = await makeTable(await openDatabase(), [placed]);
    await table.update({ where: "true", valuesSql: { [column]: value } });
    const [row] = await readAll(table);
    const problems = [...new RowChecker(analyzer).check(row as Row)];
    expect(problems).toMatchObject([{ message: expect.stringContaining("conditions") }]);
    expect(() => fromRow(row as Row)).toThrow(expect.objectContaining({ code: "MEM_CORRUPT" }));
    const [entry] = await getEntries(makeView(table), scope, ["a"]);
    expect(entry).toMatchObject({ version: "v", createdAt: 1, updatedAt: 2, subject: "ada" });
    expect(entry).toMatchObject({ agentId: "writer", metadata: { team: "x" } });
    expect(entry).not.toHaveProperty("sequence");
  },
);

it("finds nothing wrong where they say the same", async () => {
  const table = await makeTable(await openDatabase(), [placed]);
  const [row] = await readAll(table);
  expect([...new RowChecker(analyzer).check(row as Row)]).toEqual([]);
  expect(fromRow(row as Row)).toMatchObject({ entry: { key: "a" }, opId: "op" });
});

async function readAll(table: Parameters<typeof scanRows>[0]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of scanRows(table, "")) rows.push(...batch);
  return rows;
}
