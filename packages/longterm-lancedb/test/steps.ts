import type { Scope } from "@mem/core";
import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
  uniqueArray,
  type Arbitrary,
} from "fast-check";

export const HANDLES = 3;
export const KEYS: readonly string[] = ["a", "b", "c", "d", "e", "it's"];
export const SCOPES: readonly Scope[] = [
  { tenantId: "acme", agentId: "writer" },
  { tenantId: "acme", agentId: "writer", workflowId: "w" },
  { tenantId: "acme", workflowId: "w" },
  { tenantId: "other", agentId: "writer" },
];

/** A condition on the version that the entry has when the step begins, or on one that it never had. */
export type VersionCondition = "present" | "wrong" | undefined;

export interface Put {
  readonly key: string;
  readonly text: string;
  readonly opId: string | undefined;
  readonly ifAbsent: boolean;
  readonly ifNew: boolean;
  readonly ifVersion: VersionCondition;
}

export type Step = { readonly handle: number; readonly scope: Scope } & (
  | { readonly kind: "save"; readonly puts: readonly Put[] }
  | { readonly kind: "restore"; readonly puts: readonly Put[]; readonly onlyAbsent: boolean }
  | { readonly kind: "delete"; readonly keys: readonly string[]; ifVersion: VersionCondition }
  | { readonly kind: "get"; readonly keys: readonly string[] }
  | { readonly kind: "clear" | "clear-workflow" | "flush" | "reopen" | "walk" }
);

const handle = integer({ min: 0, max: HANDLES - 1 });
const scope = constantFrom(...SCOPES);
const key = constantFrom(...KEYS);
const keys = uniqueArray(key, { minLength: 1, maxLength: 3 });
const ifVersion = constantFrom<VersionCondition>(undefined, undefined, "present", "wrong");
const put = record({
  key,
  text: constantFrom("", "autumn", "winter plan"),
  opId: option(constantFrom("op-1", "op-2"), { nil: undefined, freq: 3 }),
  ifAbsent: boolean(),
  ifNew: boolean(),
  ifVersion,
});
const puts = uniqueArray(put, { minLength: 1, maxLength: 3, selector: (each) => each.key });

const step: Arbitrary<Step> = oneof(
  { weight: 12, arbitrary: record({ handle, scope, kind: constant("save"), puts }) },
  { weight: 4, arbitrary: record({ handle, scope, kind: constant("delete"), keys, ifVersion }) },
  { weight: 4, arbitrary: record({ handle, scope, kind: constant("get"), keys }) },
  {
    weight: 1,
    arbitrary: record({ handle, scope, kind: constant("restore"), puts, onlyAbsent: boolean() }),
  },
  {
    weight: 1,
    arbitrary: record({ handle, scope, kind: constantFrom("clear", "clear-workflow") }),
  },
  { weight: 3, arbitrary: record({ handle, scope, kind: constant("flush") }) },
  { weight: 1, arbitrary: record({ handle, scope, kind: constantFrom("walk", "reopen") }) },
) as Arbitrary<Step>;

/** Rounds of steps; the steps of a round begin at the same time. */
export function rounds(atMost: number): Arbitrary<Step[][]> {
  return array(array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: atMost });
}
