import { describe, expect, it } from "vitest";
import { fakeRecords, managerOf } from "./record-stores.ts";

/** The error as stored in the record of a run that failed with it. */
async function recorded(error: Error): Promise<unknown> {
  const records = fakeRecords();
  await managerOf({ records }).saveExecutionRecord("clerk", { status: "error", error });
  return records.stored[0]?.error;
}

describe("an error in a record", () => {
  it("is its name, its message and its code, whether that is a word or a number", async () => {
    const named = Object.assign(new TypeError("no plan"), { code: "E_PLAN", stack: "secret" });
    expect(await recorded(named)).toEqual({
      name: "TypeError",
      message: "no plan",
      code: "E_PLAN",
    });
    const numbered = Object.assign(new Error("unavailable"), { code: 14 });
    expect(await recorded(numbered)).toEqual({ name: "Error", message: "unavailable", code: 14 });
    const odd = Object.assign(new Error("odd"), { code: { no: "code" } });
    expect(await recorded(odd)).toEqual({ name: "Error", message: "odd" });
  });

  it("is recorded where its message was cut off within a character", async () => {
    const cut = new Error("at \u{1F600}".slice(0, -1));
    expect(await recorded(cut)).toEqual({ name: "Error", message: "at \uFFFD" });
  });

  it("is recorded where it has been given something else for a message", async () => {
    const bare = Object.assign(new Error("x"), { message: undefined });
    expect(await recorded(bare)).toEqual({ name: "Error", message: "undefined" });
  });
});
