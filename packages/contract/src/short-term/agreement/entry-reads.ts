import { where, type Filter } from "@mem/core";
import fc from "fast-check";
import { allPages } from "../samples.ts";
import type { Operation } from "./operation.ts";
import { key, scope, tenantId, tie } from "./pool.ts";

/** Operations that read entries. */
export function entryReads(): fc.Arbitrary<Operation> {
  return fc.oneof(getting, listing, counting, totalling);
}

const getting: fc.Arbitrary<Operation> = fc
  .record({
    scope,
    keys: fc.uniqueArray(key, { minLength: 1, maxLength: 3 }),
    tie,
  })
  .map((args) => ({
    method: "get",
    args,
    run: (player) =>
      player.backend.get(args.scope, args.keys, player.options(args.scope, args.tie)),
  }));

const request = fc.record(
  {
    prefix: fc.constantFrom("", "a", "b"),
    filter: fc.constantFrom<Filter>(where.eq("tag", "x"), where.exists("tag", false)),
    limit: fc.constantFrom(1, 2, 10),
  },
  { requiredKeys: ["limit"] },
);

/**
 * Fetches all pages, because a page may be shorter than its limit. The number of calls therefore varies, so they must
 * not count as activities.
 */
const listing: fc.Arbitrary<Operation> = fc
  .record({ scope, request, tie: tie.map((one) => one && { epoch: one.epoch }) })
  .map((args) => ({
    method: "list",
    args,
    run: (player) => {
      const options = player.options(args.scope, args.tie);
      return allPages(args.request.limit, (cursor) =>
        player.backend.list(args.scope, { ...args.request, ...cursor }, options),
      );
    },
  }));

const counting: fc.Arbitrary<Operation> = fc.record({ scope, tie }).map((args) => ({
  method: "count",
  args,
  run: (player) => player.backend.count(args.scope, player.options(args.scope, args.tie)),
}));

const totalling: fc.Arbitrary<Operation> = fc.record({ tenantId }).map((args) => ({
  method: "stats",
  args,
  run: (player) => player.backend.stats(args.tenantId),
}));
