import { describe, expect, it } from "vitest";
import { fakeRecords, managerOf } from "./record-stores.ts";

/** The timestamp of the record that is stored for this `timestamp`. */
async function stored(timestamp: number | string | Date): Promise<string | undefined> {
  const records = fakeRecords();
  await managerOf({ records }).saveExecutionRecord("clerk", { status: "done", timestamp });
  return records.stored[0]?.timestamp;
}

describe("the time of a record", () => {
  it.each<[number | string | Date, string]>([
    [0, "1970-01-01T00:00:00.000Z"],
    [new Date(5), "1970-01-01T00:00:00.005Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
    ["2026-03-31T23:30-01:00", "2026-04-01T00:30:00.000Z"],
    ["2026-11-23T10:00:00.123456+0100", "2026-11-23T09:00:00.123Z"],
    ["+012026-01-01", "+012026-01-01T00:00:00.000Z"],
  ])("%s is stored as %s", async (timestamp, time) => {
    expect(await stored(timestamp)).toBe(time);
  });

  it.each([
    "2026-02-29",
    "2026-11-31T12:00:00+02:00",
    "2026-13-01",
    "2026-00-10",
    "12026-01-01",
    "2026-11-23T10:00",
    "23 Nov 2026",
    "",
    Number.NaN,
  ])("is refused where it is %s", async (timestamp) => {
    await expect(stored(timestamp)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "record.timestamp",
    });
  });
});
