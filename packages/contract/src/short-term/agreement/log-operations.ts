import fc from "fast-check";
import type { Operation } from "./operation.ts";
import { log, scope, tie, type Durations } from "./pool.ts";

/** Operations on the logs of a scope. */
export function logOperations({ life }: Durations): fc.Arbitrary<Operation> {
  return fc.oneof({ weight: 2, arbitrary: appending(life) }, { weight: 1, arbitrary: reading });
}

function appending(life: fc.Arbitrary<number>): fc.Arbitrary<Operation> {
  const ids = fc.uniqueArray(fc.constantFrom("m1", "m2", "m3", "m4"), { maxLength: 3 });
  const bounds = fc.record({
    maxItems: fc.constantFrom(1, 2, 10),
    ttlMs: fc.oneof(life, fc.constantFrom(null, "session" as const)),
  });
  return fc.record({ scope, log, ids, bounds, tie }).map((args) => ({
    method: "append",
    args,
    run: (player) => {
      const items = args.ids.map((id) => ({ id, value: { text: id } }));
      const options = player.options(args.scope, args.tie);
      return player.backend.append(args.scope, args.log, items, { ...args.bounds }, options);
    },
  }));
}

const position = fc.integer({ min: 0, max: 12 });

const reading: fc.Arbitrary<Operation> = fc
  .record({
    scope,
    log,
    read: fc.record(
      { limit: fc.constantFrom(1, 2, 10), before: position, after: position },
      { requiredKeys: ["limit"] },
    ),
    tie,
  })
  .map((args) => ({
    method: "read",
    args,
    run: (player) =>
      player.backend.read(args.scope, args.log, args.read, player.options(args.scope, args.tie)),
  }));
