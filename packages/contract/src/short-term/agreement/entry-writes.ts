import {
  parseJson,
  type JsonObject,
  type JsonValue,
  type Scope,
  type ShortTermWrite,
  type WriteResult,
} from "@mem/core";
import fc from "fast-check";
import type { Operation } from "./operation.ts";
import { settle, versionsOf, type Player, type Tie, type Which } from "./player.ts";
import { key, scope, which, writeTie, type Durations } from "./pool.ts";

type Writing = Omit<ShortTermWrite, "ifVersion"> & { readonly ifVersion?: Which };

/** Operations that write entries. */
export function entryWrites(durations: Durations): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 8, arbitrary: saving(durations) },
    { weight: 2, arbitrary: savingAtOnce(durations) },
    { weight: 5, arbitrary: incrementing(durations) },
    { weight: 3, arbitrary: deleting },
    { weight: 1, arbitrary: clearing },
  );
}

const number = fc.constantFrom<JsonValue>(0, 1, -2, 1 / 3, 1e308);
const hostile = parseJson('{"__proto__":1,"\\n":2}') as JsonObject;
const noNumber = fc.constantFrom<JsonValue>(null, "text", "1", "", null, false, [1], hostile);
const value = fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: noNumber });
const opId = fc.constantFrom("op 1", "op 2");

/** A third of them may have conditions or an `opId`. */
function writing({ life }: Durations): fc.Arbitrary<Writing> {
  const named = fc.constantFrom<Writing["ttlMs"]>(null, "keep", "session");
  const plain = { key, value, ttlMs: fc.oneof(life, named), source: fc.constant("agent" as const) };
  const about = {
    metadata: fc.constantFrom<JsonObject>({ tag: "x" }, { tag: "y" }),
    subject: fc.constant("customer"),
  };
  const conditions = { opId, ifAbsent: fc.constant(true), ifVersion: which };
  const requiredKeys: (keyof typeof plain)[] = ["key", "value", "ttlMs", "source"];
  return fc.oneof(
    { weight: 2, arbitrary: fc.record({ ...plain, ...about }, { requiredKeys }) },
    { weight: 1, arbitrary: fc.record({ ...plain, ...conditions }, { requiredKeys }) },
  );
}

function saving(durations: Durations): fc.Arbitrary<Operation> {
  const writes = fc.uniqueArray(writing(durations), {
    selector: (one) => one.key,
    minLength: 1,
    maxLength: 3,
  });
  return fc.record({ scope, writes, tie: writeTie }).map((args) => ({
    method: "save",
    args,
    run: async (player) => {
      const results = await save(player, args.scope, args.writes, args.tie);
      remember(player, args.scope, args.writes, results);
      return results;
    },
  }));
}

/** Saves called before any of them is answered: they take effect in the order of the calls. */
function savingAtOnce(durations: Durations): fc.Arbitrary<Operation> {
  const one = fc.record({ scope, write: writing(durations) });
  return fc.array(one, { minLength: 2, maxLength: 5 }).map((saves) => ({
    method: "saves at once",
    args: saves,
    run: async (player) => {
      const answers = await Promise.all(
        saves.map(async ({ scope: at, write }) => settle(save(player, at, [write]))),
      );
      for (const [i, answer] of answers.entries()) {
        const { scope: at, write } = saves[i]!;
        if (Array.isArray(answer)) remember(player, at, [write], answer);
      }
      return answers;
    },
  }));
}

function incrementing({ life }: Durations): fc.Arbitrary<Operation> {
  const ttlMs = fc.oneof(life, fc.constantFrom(null, "session" as const));
  const by = fc.constantFrom(1, -1, 1 / 3, 0, 1e308);
  const increment = fc.record({ key, by, ttlMs, opId }, { requiredKeys: ["key", "by", "ttlMs"] });
  return fc.record({ scope, increment, tie: writeTie }).map((args) => ({
    method: "increment",
    args,
    run: async (player) => {
      const options = player.options(args.scope, args.tie);
      const answer = await player.backend.increment(args.scope, { ...args.increment }, options);
      player.remember(versionsOf(args.scope, args.increment.key), answer.version);
      return answer;
    },
  }));
}

const removal = fc.record({ key, ifVersion: which }, { requiredKeys: ["key"] });

const deleting: fc.Arbitrary<Operation> = fc
  .record({
    scope,
    removals: fc.uniqueArray(removal, { selector: (one) => one.key, minLength: 1, maxLength: 3 }),
    tie: writeTie,
  })
  .map((args) => ({
    method: "delete",
    args,
    run: (player) => {
      const removals = args.removals.map((one) => withVersion(player, args.scope, one));
      return player.backend.delete(args.scope, removals, player.options(args.scope, args.tie));
    },
  }));

const clearing: fc.Arbitrary<Operation> = fc.record({ scope, tie: writeTie }).map((args) => ({
  method: "clear",
  args,
  run: (player) => player.backend.clear(args.scope, player.options(args.scope, args.tie)),
}));

function save(
  player: Player,
  at: Scope,
  writes: readonly Writing[],
  tied?: Tie,
): Promise<WriteResult[]> {
  // A backend owns its arguments, and two backends are given the same.
  const own = structuredClone(writes).map((one) => withVersion(player, at, one));
  return player.backend.save(at, own, player.options(at, tied));
}

function remember(
  player: Player,
  at: Scope,
  writes: readonly Writing[],
  results: readonly WriteResult[],
): void {
  for (const [i, { version }] of results.entries())
    if (version !== undefined) player.remember(versionsOf(at, writes[i]!.key), version);
}

function withVersion<T extends { readonly key: string; readonly ifVersion?: Which }>(
  player: Player,
  at: Scope,
  { ifVersion, ...rest }: T,
): Omit<T, "ifVersion"> & { readonly ifVersion?: string } {
  if (ifVersion === undefined) return rest;
  return { ...rest, ifVersion: player.recall(versionsOf(at, rest.key), ifVersion) };
}
