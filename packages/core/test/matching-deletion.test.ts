import { describe, expect, it } from "vitest";
import { where, type Deletion } from "../src/index.ts";
import { openAsked } from "./asked-memory.ts";

describe("deleting what matches", () => {
  it.each<[unknown, string]>([
    [undefined, "what"],
    [{}, "what"],
    [{ prefix: "" }, "what"],
    [{ filter: where.and() }, "what"],
    [{ filter: { op: "like" } }, "what.filter.op"],
    [{ prefix: "draft", dryrun: true }, "what.dryrun"],
    [{ prefix: "draft", fliter: where.eq("done", true) }, "what.fliter"],
    [{ prefix: "draft", dryRun: null }, "what.dryRun"],
  ])("%j is refused at %s: more would go than was meant", async (what, path) => {
    const { memory, asked } = openAsked({ shortTerm: { list: () => ({ items: [] }) } });
    const call = memory.deleteMany("ann", what as Deletion);
    await expect(call).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
    expect(asked).toEqual([]);
  });
});
