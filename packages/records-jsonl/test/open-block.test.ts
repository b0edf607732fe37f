import { expect, it } from "vitest";
import { record } from "./fixtures/records.ts";
import { askAll, linesOf, openReader, writeCurrent } from "./fixtures/segment-files.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

it.each(["newest", "oldest"] as const)(
  "a workflow whose last record is behind all that the index covers is found whole, %s first",
  async (order) => {
    await using folder = await temporaryFolder();
    const sent = Array.from({ length: 20 }, (_, n) =>
      record(n, {
        id: `record-${n}`,
        input: "x".repeat(70_000),
        ...((n === 15 || n === 19) && { workflowId: "spring" }),
      }),
    );
    await writeCurrent(folder.dir, 1, linesOf(sent));
    const { reader } = openReader(folder.dir);
    // Builds the index.
    await reader.stats("default", {}, () => {});
    const expected = order === "oldest" ? ["record-15", "record-19"] : ["record-19", "record-15"];
    const found = await askAll(reader, { workflowId: "spring", order, limit: 1 });
    expect(found.map(({ id }) => id)).toEqual(expected);
    expect((await reader.damage()).messages).toEqual([]);
  },
);
