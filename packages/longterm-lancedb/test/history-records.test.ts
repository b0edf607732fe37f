import type { Scope } from "@mem/core";
import { describe, expect, it } from "vitest";
import { HistoryRecords } from "../src/history/history-records.ts";
import { clearingIds, type AcceptedChange } from "../src/history/history-row.ts";
import { Overlay } from "../src/log/overlay.ts";
import { rowId } from "../src/table/row.ts";
import { write } from "./fixtures.ts";

const scope: Scope = { tenantId: "acme", agentId: "writer", workflowId: "w1" };
const WATERMARK = "0000000001-000000000100";
const BEGUN = 5_000;

const at = (offset: number): string => `0000000001-${String(offset).padStart(12, "0")}`;

function entry(value: number, offset: number, updatedAt: number) {
  return { write: write("a", { value }), version: `${at(offset)}.0`, createdAt: 1, updatedAt };
}

describe("changes for a history", () => {
  it("are not kept before it began", () => {
    const records = new HistoryRecords();
    expect([records.areKept, records.bytes, records.all()]).toEqual([false, 0, []]);
  });

  it("begin with what others changed while it was begun: so it is from then on", () => {
    const overlay = new Overlay();
    overlay.clear(scope, at(200));
    overlay.put(scope, "a", { entry: entry(1, 300, 9_000), position: at(300), bytes: 10 });
    overlay.put(scope, "b", { entry: undefined, position: at(400), bytes: 10 });
    overlay.clearWorkflow({ tenantId: "acme", workflowId: "w2" }, at(500));
    const records = new HistoryRecords();
    records.begin(overlay.inTenant(), WATERMARK, BEGUN);
    const [a, b] = records.of([rowId(scope, "a"), rowId(scope, "b")]);
    expect(a).toMatchObject({ kind: "entry", at: BEGUN, version: `${at(300)}.0` });
    expect(b).toMatchObject({ kind: "deleted", at: BEGUN });
    const [cleared] = records.of(clearingIds(scope));
    expect(cleared).toMatchObject({ kind: "cleared", at: BEGUN });
    expect(places([cleared!, a!, b!])).toEqual(places([cleared!, a!, b!]).toSorted());
    expect(new Set(places(records.all())).size).toBe(4);
    expect(places(records.all()).every((place) => place > WATERMARK)).toBe(true);
  });

  it("are all of them, not only the latest, until the table has them", () => {
    const records = new HistoryRecords();
    records.begin(new Overlay().inTenant(), WATERMARK, BEGUN);
    for (const offset of [200, 300, 400]) {
      const stamp = { version: `${at(offset)}.0`, at: offset, bytes: 1_000 };
      records.changed(scope, "a", entry(offset, offset, offset), stamp);
    }
    const { bytes } = records;
    expect(bytes).toBeGreaterThan(3_000);
    records.dropBefore(at(300));
    expect(records.all().map((each) => each.at)).toEqual([300, 400]);
    expect(records.bytes).toBe((bytes / 3) * 2);
    records.dropBefore(at(401));
    expect([records.bytes, records.all()]).toEqual([0, []]);
  });

  it("have places in the order of the log, however many one frame has", () => {
    const records = new HistoryRecords();
    records.begin(new Overlay().inTenant(), WATERMARK, BEGUN);
    for (const i of [2, 10, 9]) {
      const stamp = { version: `${at(200)}.${i}`, at: i, bytes: 1 };
      records.changed(scope, String(i), entry(i, 200, i), stamp);
    }
    const ordered = records.all().toSorted((a, b) => (a.place < b.place ? -1 : 1));
    expect(ordered.map((each) => each.at)).toEqual([2, 9, 10]);
  });
});

function places(changes: readonly AcceptedChange[]): string[] {
  return changes.map(({ place }) => place);
}
