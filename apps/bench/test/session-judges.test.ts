import type { ExecutionRecord } from "@mem/core";
import { describe, expect, it } from "vitest";
import { judgeCalls, type Blow } from "../src/faults/sessions/call-judge.ts";
import { judgeClaims } from "../src/faults/sessions/claim-judge.ts";
import type { Attempt, Refusal } from "../src/faults/sessions/journal.ts";
import { judgeLifetimes } from "../src/faults/sessions/lifetime-judge.ts";
import { messageId } from "../src/faults/sessions/marks.ts";
import { EPOCH, kinds, told } from "./forged-journal.ts";

const UNHEARD: Refusal = { code: "MEM_UNAVAILABLE", outcome: "unknown", message: "" };
let ids = 0;

function say(message: string, position: number, at: readonly [number, number?]): Attempt {
  return told({ kind: "say", message }, { at, result: { position } });
}

function claims(...attempts: readonly Attempt[]): string[] {
  return kinds(judgeClaims(EPOCH, attempts));
}

function claim(who: string, token: number, at: readonly [number, number]): Attempt {
  return told({ kind: "claim", step: "s", ttlMs: 50 }, { who, at, result: { token } });
}

function calls(attempt: Attempt, ...blows: readonly Blow[]): string[] {
  return kinds(judgeCalls([attempt], blows));
}

function refused(code: string): Attempt {
  return told({ kind: "say", message: "m" }, { at: [10, 20], refusal: { code } });
}

function join(who: string, epoch: string, at: readonly [number, number]): Attempt {
  const call = { kind: "join", workflowId: "w", isRecorded: true } as const;
  return told(call, { who, at, result: { epoch, created: true } });
}

/** A clean-up by a call that is tied to a lifetime, or by a sweep. */
function clean(who: string, at: readonly [number, number], epoch?: string): Attempt {
  const by = epoch === undefined ? "sweep" : "end";
  const attempt = told({ kind: "clean", by }, { who, at, result: { over: [EPOCH] } });
  const { epoch: _, ...untied } = attempt;
  return epoch === undefined ? untied : { ...attempt, epoch };
}

function record(status: string, runId = EPOCH): ExecutionRecord {
  const timestamp = "2026-01-01T00:00:00.000Z";
  const metadata = { runId };
  return { id: `r${ids++}`, timestamp, agentId: "recorder", tenantId: "default", status, metadata };
}

describe("the judge of claims", () => {
  it("takes one holder after the other", () => {
    const free = told({ kind: "free", step: "s", token: 1 }, { at: [10, 11] });
    expect(claims(claim("a", 1, [1, 2]), claim("b", 2, [60, 61]))).toEqual([]);
    expect(claims(claim("a", 1, [1, 2]), free, claim("b", 2, [12, 13]))).toEqual([]);
  });

  it("finds two holders at a time, one token twice, and tokens that fall", () => {
    expect(claims(claim("a", 1, [1, 2]), claim("b", 2, [12, 13]))).toEqual(["collision"]);
    expect(claims(claim("a", 1, [1, 2]), claim("b", 1, [60, 61]))).toEqual(["collision"]);
    expect(claims(claim("a", 2, [1, 2]), claim("b", 1, [60, 61]))).toEqual(["wrong data"]);
    const renewal = told({ kind: "renew", step: "s", token: 1, ttlMs: 50 }, { at: [40, 41] });
    expect(claims(claim("a", 1, [1, 2]), renewal, claim("b", 2, [60, 61]))).toEqual(["collision"]);
  });

  it("finds a write for a claim that another has followed", () => {
    const message = messageId("m", { step: "s", token: 1 });
    const both = [claim("a", 1, [1, 2]), claim("b", 2, [60, 61])];
    expect(claims(...both, say(message, 1, [59, 63]))).toEqual([]);
    expect(claims(...both, say(message, 1, [62, 63]))).toEqual(["stale write"]);
    const save = { kind: "save", place: "team", key: "k", value: "v" } as const;
    const stale = told({ ...save, claim: { step: "s", token: 1 } }, { at: [62, 63] });
    expect(claims(...both, stale)).toEqual(["stale write"]);
  });

  it("finds a step that is given away once more after it was done", () => {
    const done = told({ kind: "finish", step: "s", token: 1 }, { at: [10, 11] });
    expect(claims(claim("a", 1, [1, 2]), done, claim("b", 2, [60, 61]))).toEqual(["collision"]);
  });
});

describe("the judge of calls", () => {
  it("takes a refusal that tells how things are, and an unreachable server where it is", () => {
    expect(calls(refused("MEM_SESSION_ENDED"))).toEqual([]);
    expect(calls(refused("MEM_TIMEOUT"), { who: "a", kind: "cut off", begin: 5 })).toEqual([]);
    expect(calls(refused("MEM_UNAVAILABLE"), { kind: "lost", begin: 5 })).toEqual([]);
  });

  it("finds errors of no kind, and such as nothing was done for", () => {
    expect(calls(refused("none"), { who: "a", kind: "cut off", begin: 5 })).toEqual([
      "failed call",
    ]);
    expect(calls(refused("MEM_TIMEOUT"))).toEqual(["failed call"]);
    const another: Blow = { who: "b", kind: "cut off", begin: 5 };
    expect(calls(refused("MEM_TIMEOUT"), another)).toEqual(["failed call"]);
  });

  it("finds calls that hang", () => {
    const unanswered = told({ kind: "summary" }, { at: [1] });
    expect(calls(unanswered)).toEqual(["stuck"]);
    expect(calls(unanswered, { who: "a", kind: "killed", begin: 5 })).toEqual([]);
    expect(calls(told({ kind: "summary" }, { at: [1, 9_000] }))).toEqual(["stuck"]);
  });
});

describe("the judge of lifetimes", () => {
  const both = [record("started"), record("success")];
  const judge = (
    attempts: readonly Attempt[],
    records: readonly ExecutionRecord[] = both,
    blows: readonly Blow[] = [],
  ): string[] => kinds(judgeLifetimes({ attempts, records, blows }));
  const start = join("a", EPOCH, [1, 2]);
  const killed: Blow = { who: "a", kind: "killed", begin: 50 };

  it("takes one start, one end and a record of each", () => {
    expect(judge([start, clean("a", [10, 11], EPOCH)])).toEqual([]);
  });

  it("finds two clean-ups, two records and two creators", () => {
    const twice = [start, clean("a", [10, 11], EPOCH), clean("b", [12, 13], EPOCH)];
    expect(judge(twice)).toEqual(["duplicate"]);
    const once = [start, clean("a", [10, 11], EPOCH)];
    expect(judge(once, [...both, record("cancelled")])).toEqual(["duplicate"]);
    expect(judge(once, [...both, record("started")])).toEqual(["duplicate"]);
    expect(judge([...once, join("b", EPOCH, [3, 4])])).toContain("duplicate");
  });

  it("finds an end that nobody heard of or recorded, unless whoever it was told died of it", () => {
    expect(judge([start])).toEqual(["lost"]);
    expect(judge([start], both, [killed])).toEqual([]);
    const used = told({ kind: "summary" }, { who: "b", at: [60, 61] });
    expect(judge([start, used], both, [killed])).toEqual(["lost"]);
    const unrecorded = [record("started")];
    expect(judge([start, clean("a", [10, 11], EPOCH)], unrecorded)).toEqual(["lost"]);
    expect(judge([start, clean("a", [40, 41], EPOCH)], unrecorded, [killed])).toEqual([]);
    expect(judge([start, clean("a", [10, 11], EPOCH)], [record("success")])).toEqual(["lost"]);
  });

  it("finds a lifetime that was ended by a member of another", () => {
    expect(judge([start, clean("b", [10, 11], "e0")])).toEqual(["stale write"]);
  });

  it("finds a signal that did not end what it should have ended", () => {
    const asked: Blow = { who: "a", kind: "terminated", begin: 5 };
    expect(judge([start, clean("a", [10, 11], EPOCH)], both, [asked])).toEqual([]);
    expect(judge([start, clean("b", [2_000, 2_001])], both, [asked])).toContain("lost");
  });

  it("finds an abort that did not end what it should have ended", () => {
    const abort = told({ kind: "abort" }, { at: [5, 6] });
    expect(judge([start, abort, clean("a", [10, 11], EPOCH)])).toEqual([]);
    expect(judge([start, abort, clean("b", [2_000, 2_001])])).toEqual(["lost"]);
    const unheard = { ...clean("b", [4, 5], EPOCH), refusal: UNHEARD };
    const { result: _, ...lost } = unheard;
    expect(judge([start, lost, abort])).toEqual([]);
    const cutOff: Blow = { who: "a", kind: "cut off", begin: 4 };
    expect(judge([start, abort, clean("b", [2_000, 2_001])], both, [cutOff])).toEqual([]);
  });

  it("finds what is done in a lifetime that is over", () => {
    const late = told({ kind: "summary" }, { who: "b", at: [20, 21] });
    expect(judge([start, clean("a", [10, 11], EPOCH), late])).toEqual(["stale write"]);
    const lost: Blow = { kind: "lost", begin: 12, end: 15 };
    expect(judge([start, clean("a", [30, 31], EPOCH), late], both, [lost])).toEqual([
      "stale write",
    ]);
    const successor = [join("c", "e2", [14, 15]), clean("a", [30, 31], EPOCH)];
    const ofSuccessor = [record("started", "e2"), record("success", "e2")];
    const over = { ...clean("c", [40, 41], "e2"), result: { over: ["e2"] } };
    const found = judge([start, ...successor, over, late], [...both, ...ofSuccessor]);
    expect(found).toEqual(["stale write"]);
  });
});
