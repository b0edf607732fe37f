import { expect, it } from "vitest";
import { scope, write } from "./fixtures.ts";
import { newLocation, openObjectStore, removeLocation } from "./object-harness.ts";
import { ObjectCommits } from "../src/objects/object-commit.ts";
import { ObjectDatabase } from "../src/objects/object-database.ts";
import { putVectorColumns, vectorColumnsOf } from "../src/objects/object-vector-columns.ts";
import { readRows } from "../src/table/row-queries.ts";
import { withVectors } from "../src/vectors/row-vectors.ts";

const ENTRIES = 12;
const ROUNDS = 30;
const dimensions = 16;
const [first, second] = ["first", "second"].map((model) => vectorColumnsOf({ model, dimensions }));

it("no row claims a vector that it lost when the table switched to another embedder", async () => {
  const location = await newLocation();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => removeLocation(location));
  const store = openObjectStore(location);
  const keys = Array.from({ length: ENTRIES }, (_, i) => write(`key-${i}`, { text: `text ${i}` }));
  await store.save(scope, keys);
  await store.close();

  const here = await ObjectDatabase.connect(location);
  const elsewhere = await ObjectDatabase.connect(location);
  stack.defer(() => here.close());
  stack.defer(() => elsewhere.close());
  const table = await here.table("write");
  const commits = new ObjectCommits(elsewhere);
  const ids = (await table.query().select(["id"]).toArray()).map(({ id }) => id as string);
  let [present, next] = [first!, second!];
  await putVectorColumns(table, present);
  for (let round = 0; round < ROUNDS; round++) {
    const rows = await readRows(await elsewhere.table("read"), ids);
    const vector = new Float32Array(dimensions).fill(0.25);
    const filled = rows.map((row) => ({
      row: withVectors(row, { vector }),
      replaced: row.version,
    }));
    // Refused if it is late.
    const filling = commits.replace(filled, present).catch(() => undefined);
    await putVectorColumns(table, next);
    await filling;
    expect(await table.countRows("vector_hash > '' AND vector IS NULL")).toBe(0);
    [present, next] = [next, present];
  }
});
