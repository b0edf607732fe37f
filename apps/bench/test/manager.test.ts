import { expect, it } from "vitest";
import { managerRows } from "../src/suites/manager.ts";

it("has a target for every row, among them a save on every store", async () => {
  const rows = await managerRows({ rounds: 1, sliceMs: 1 });
  expect(rows.filter(({ met }) => met === undefined)).toEqual([]);
  expect(rows.filter((row) => row.case === "save").map(({ config }) => config)).toEqual([
    "short-term on memory, 230 B",
    "short-term on redis, 230 B",
    "long-term on lancedb, 230 B",
    "long-term on json, 230 B",
  ]);
});
