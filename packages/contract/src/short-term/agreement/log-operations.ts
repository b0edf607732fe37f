import type { JsonValue, LogEdit, LogRead, LogWrite } from "@mem/core";
import fc from "fast-check";
import type { Operation } from "./operation.ts";
import { logPlace, tie, writeTie, type Durations } from "./pool.ts";

/** Operations on the logs of a scope. */
export function logOperations({ life }: Durations): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 5, arbitrary: appending(life) },
    { weight: 3, arbitrary: reading },
    { weight: 4, arbitrary: editing },
    { weight: 1, arbitrary: finding },
  );
}

const id = fc.constantFrom("m1", "m2", "m3", "m4", "m5", "m6");

/** About a third of them have ties. */
const item: fc.Arbitrary<LogWrite> = fc
  .record({
    id,
    ties: fc.option(fc.uniqueArray(fc.constantFrom("c1", "c2", "c3"), { maxLength: 2 }), {
      freq: 2,
    }),
  })
  .map((one) => ({
    id: one.id,
    value: { text: one.id },
    ...(one.ties !== null && { ties: one.ties }),
  }));

function appending(life: fc.Arbitrary<number>): fc.Arbitrary<Operation> {
  const items = fc.uniqueArray(item, { selector: (one) => one.id, maxLength: 3 });
  const bounds = fc.record({
    maxItems: fc.constantFrom(1, 2, 3, 4, 10),
    ttlMs: fc.oneof(life, fc.constantFrom(null, "session" as const)),
  });
  return fc
    .record({ at: logPlace, items, bounds, tie: writeTie })
    .map(({ at, ...rest }) => ({ ...at, ...rest }))
    .map((args) => ({
      method: "append",
      args,
      run: (player) => {
        const own = structuredClone(args.items);
        const options = player.options(args.scope, args.tie);
        return player.backend.append(args.scope, args.log, own, { ...args.bounds }, options);
      },
    }));
}

const position = fc.integer({ min: 0, max: 12 });

const limit = fc.constantFrom(1, 2, 10);
const read: fc.Arbitrary<LogRead> = fc.oneof(
  fc.record({ limit }),
  fc.record({ limit, before: position, after: position }, { requiredKeys: ["limit"] }),
);

const reading: fc.Arbitrary<Operation> = fc
  .record({
    at: logPlace,
    read,
    tie,
  })
  .map(({ at, ...rest }) => ({ ...at, ...rest }))
  .map((args) => ({
    method: "read",
    args,
    run: (player) =>
      player.backend.read(args.scope, args.log, args.read, player.options(args.scope, args.tie)),
  }));

const finding: fc.Arbitrary<Operation> = fc
  .record({ at: logPlace, ids: fc.uniqueArray(id, { maxLength: 3 }), tie })
  .map(({ at, ...rest }) => ({ ...at, ...rest }))
  .map((args) => ({
    method: "find",
    args,
    run: (player) =>
      player.backend.find(args.scope, args.log, args.ids, player.options(args.scope, args.tie)),
  }));

const ifEdits = fc.constantFrom(0, 1);
const value = fc.constantFrom<JsonValue>("better", null, { text: "better" });
const logEdit: fc.Arbitrary<LogEdit> = fc.oneof(
  fc.record({ id }),
  fc.record({ id, value }),
  fc.record({ id, value, ifEdits }, { requiredKeys: ["id", "ifEdits"] }),
);

const editing: fc.Arbitrary<Operation> = fc
  .record({
    at: logPlace,
    edit: logEdit,
    tie: writeTie,
  })
  .map(({ at, ...rest }) => ({ ...at, ...rest }))
  .map((args) => ({
    method: "edit",
    args,
    run: (player) => {
      const edit = structuredClone(args.edit);
      const options = player.options(args.scope, args.tie);
      return player.backend.edit(args.scope, args.log, edit, options);
    },
  }));
