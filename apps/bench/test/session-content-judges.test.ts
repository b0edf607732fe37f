import { describe, expect, it } from "vitest";
import type { Blow } from "../src/faults/sessions/call-judge.ts";
import { judgeConversation } from "../src/faults/sessions/conversation-judge.ts";
import { judgeEntries } from "../src/faults/sessions/entry-judge.ts";
import type { Attempt, Found, Read } from "../src/faults/sessions/journal.ts";
import { markOf, messageId, textOf } from "../src/faults/sessions/marks.ts";
import { judgeWatches } from "../src/faults/sessions/watch-judge.ts";
import { EPOCH, kinds, told } from "./forged-journal.ts";

function say(message: string, position: number, at: readonly [number, number?]): Attempt {
  return told({ kind: "say", message }, { at, result: { position } });
}

function history(read: readonly Read[], at: readonly [number, number?] = [100, 101]): Attempt {
  return told({ kind: "history" }, { at, result: { read } });
}

function line(position: number, message: string, edits = 0, epoch = EPOCH): Read {
  return [position, message, textOf(epoch, message, edits)];
}

function conversation(...attempts: readonly Attempt[]): string[] {
  return kinds(judgeConversation(EPOCH, attempts));
}

function entries(...attempts: readonly Attempt[]): string[] {
  return kinds(judgeEntries(EPOCH, attempts));
}

function handOver(value: string, at: readonly [number, number]): Attempt {
  return told({ kind: "save", place: "team", key: "k", value }, { at });
}

function watches(seen: string | null, ...blows: readonly Blow[]): string[] {
  const watch = told({ kind: "watch", key: "k" }, { at: [0, 5_000], result: { seen } });
  const saves = [handOver("x", [1, 2]), handOver("y", [100, 101]), handOver("z", [4_900, 4_901])];
  return kinds(judgeWatches(EPOCH, [...saves, watch], blows));
}

describe("the judge of conversations", () => {
  const two = [say("m", 1, [1, 2]), say("n", 2, [3, 4])];

  it("takes what was said, once and in order", () => {
    expect(conversation(...two, history([line(1, "m"), line(2, "n")]))).toEqual([]);
  });

  it("finds what is lost, doubled, out of order, or nobody's", () => {
    expect(conversation(...two, history([line(1, "m")]))).toEqual(["lost"]);
    const doubled = history([line(1, "m"), line(2, "n"), line(3, "n")]);
    expect(conversation(...two, doubled)).toEqual(["duplicate"]);
    expect(conversation(...two, history([line(2, "n"), line(1, "m")]))).toEqual(["wrong data"]);
    const foreign = history([line(1, "m"), line(2, "n"), line(3, "x")]);
    expect(conversation(...two, foreign)).toEqual(["wrong data"]);
  });

  it("takes what was under way as it is found, and finds two orders of two readers", () => {
    const underWay = told({ kind: "say", message: "o" }, { at: [5] });
    const seen = history([line(1, "m"), line(2, "n"), line(3, "o")]);
    expect(conversation(...two, underWay, history([line(1, "m"), line(2, "n")]))).toEqual([]);
    expect(conversation(...two, underWay, seen)).toEqual([]);
    const other = history([line(1, "m"), line(2, "n"), line(4, "o")], [102, 103]);
    expect(conversation(...two, underWay, seen, other)).toEqual(["duplicate"]);
    expect(conversation(...two, history([line(1, "n"), line(2, "m")]))).toContain("disagreement");
  });

  it("finds an edit or a removal that is undone, and what was never written", () => {
    const edit = told({ kind: "edit", message: "m", edits: 1 }, { at: [5, 6] });
    const removal = told({ kind: "remove", message: "n" }, { at: [5, 6] });
    expect(conversation(...two, edit, removal, history([line(1, "m", 1)]))).toEqual([]);
    expect(conversation(...two, edit, history([line(1, "m"), line(2, "n")]))).toEqual(["undone"]);
    const back = history([line(1, "m", 1), line(2, "n")]);
    expect(conversation(...two, edit, removal, back)).toEqual(["undone"]);
    const never = history([line(1, "m", 2), line(2, "n")]);
    expect(conversation(...two, edit, never)).toEqual(["wrong data"]);
  });

  it("finds what was written in another lifetime", () => {
    const mixed = history([line(1, "m"), line(2, "n", 0, "e0")]);
    expect(conversation(...two, mixed)).toEqual(["escaped"]);
  });

  it("finds what was written for a claim after a later one", () => {
    const [first, second] = [1, 2].map((token) => messageId("m", { step: "s", token }));
    const said = [say(first as string, 2, [1, 2]), say(second as string, 1, [1, 2])];
    const read = history([line(1, second as string), line(2, first as string)]);
    expect(conversation(...said, read)).toEqual(["stale write"]);
  });
});

describe("the judge of entries", () => {
  const mark = markOf(EPOCH);
  const key = `${mark}-k`;
  const save = (value: string, at: readonly [number, number?], ttlMs?: number): Attempt =>
    told(
      {
        kind: "save",
        place: "team",
        key,
        value: `${mark} ${value}`,
        ...(ttlMs !== undefined && { ttlMs }),
      },
      { at },
    );
  const found = (at: number, ...values: readonly string[]): Attempt =>
    told(
      { kind: "entries" },
      {
        at: [at, at + 1],
        result: { found: values.map((value): Found => ["team", key, `${mark} ${value}`]) },
      },
    );
  it("takes what was saved last, and finds what is lost or undone", () => {
    const saves = [save("x", [1, 2]), save("y", [3, 4])];
    expect(entries(...saves, found(10, "y"))).toEqual([]);
    expect(entries(...saves, found(10))).toEqual(["lost"]);
    expect(entries(...saves, found(10, "x"))).toEqual(["undone"]);
    expect(entries(...saves, save("z", [5]), found(10, "z"))).toEqual([]);
  });

  it("finds what outlives its own time, or does not live as long", () => {
    const brief = save("x", [1, 2], 500);
    expect(entries(brief, found(300, "x"))).toEqual([]);
    expect(entries(brief, found(300))).toEqual(["lost"]);
    expect(entries(brief, found(2_000))).toEqual([]);
    expect(entries(brief, found(2_000, "x"))).toEqual(["undone"]);
    expect(entries(brief, save("y", [10, 11]), found(2_000, "y"))).toEqual([]);
    expect(entries(brief, save("y", [10, 11]), found(2_000))).toEqual(["lost"]);
  });

  it("finds what is of another lifetime", () => {
    const foreign = told(
      { kind: "entries" },
      { at: [5, 6], result: { found: [["team", `${markOf("e0")}-k`, `${markOf("e0")} x`]] } },
    );
    expect(entries(foreign)).toContain("escaped");
  });
});

describe("the judge of watches", () => {
  it("takes the last state there was time to see, or a later one", () => {
    expect(watches("y")).toEqual([]);
    expect(watches("z")).toEqual([]);
  });

  it("finds that it was left out, unless who watched was cut off", () => {
    expect(watches("x")).toEqual(["undone"]);
    expect(watches(null)).toEqual(["lost"]);
    expect(watches("x", { who: "a", kind: "cut off", begin: 50, end: 4_000 })).toEqual([]);
  });
});
