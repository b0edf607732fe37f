import type { ActivityKind, Scope, WorkflowRef } from "@mem/core";
import fc from "fast-check";
import { WRITER } from "../samples.ts";
import { LAUNCH, LAUNCH_WRITER } from "../workflow-samples.ts";
import type { ClaimTie, Tie, Which } from "./player.ts";

// Few names of each kind, so that operations meet; some of them collide if they are joined carelessly.

const LAUNCH_2: WorkflowRef = { tenantId: "acme", workflowId: "launch:2" };
const ELSEWHERE: WorkflowRef = { tenantId: "other", workflowId: "launch" };

export const SCOPES: readonly Scope[] = [
  WRITER,
  LAUNCH,
  LAUNCH_WRITER,
  { ...LAUNCH_2, agentId: "writer" },
  { ...LAUNCH, agentId: "2:writer" },
  { ...ELSEWHERE, agentId: "writer" },
];
export const WORKFLOWS: readonly WorkflowRef[] = [LAUNCH, LAUNCH_2, ELSEWHERE];
export const TENANTS: readonly string[] = ["acme", "other"];
export const LOGS: readonly string[] = ["chat", "notes"];

export const scope: fc.Arbitrary<Scope> = fc.constantFrom(
  ...SCOPES,
  WRITER,
  LAUNCH_WRITER,
  LAUNCH_WRITER,
  LAUNCH_WRITER,
);
export const workflow: fc.Arbitrary<WorkflowRef> = fc.constantFrom(
  ...WORKFLOWS,
  LAUNCH,
  LAUNCH,
  LAUNCH,
);
export const tenantId: fc.Arbitrary<string> = fc.constantFrom(...TENANTS);
/** Mostly the same log, so that there is something in it. */
export const logPlace: fc.Arbitrary<{ readonly scope: Scope; readonly log: string }> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ scope: LAUNCH_WRITER, log: "chat" }) },
  { weight: 1, arbitrary: fc.record({ scope, log: fc.constantFrom(...LOGS) }) },
);
export const key: fc.Arbitrary<string> = fc.constantFrom("a", "ab", "\uFFFD", "\u{1F600}");
export const step: fc.Arbitrary<string> = fc.constantFrom("draft", "draft", "draft", "a:b");
export const which: fc.Arbitrary<Which> = fc.constantFrom("latest", "first");

export const HOUR = 3_600_000;

/** How long things live, and how much time passes. */
export interface Durations {
  readonly life: fc.Arbitrary<number>;
  readonly pause: fc.Arbitrary<number>;
}

/**
 * Exact to the millisecond if time stands still between the calls. Otherwise whole hours, so that the duration of the
 * calls does not matter: a life ends exactly with a pause, or at least an hour before or after it.
 */
export function durations(timeStandsStill: boolean): Durations {
  const exact = timeStandsStill ? [1, HOUR - 1] : [];
  return {
    life: fc.constantFrom(HOUR, 2 * HOUR, 30 * 24 * HOUR, ...exact),
    pause: fc.constantFrom(HOUR, HOUR, HOUR, 2 * HOUR, 30 * 24 * HOUR, ...exact),
  };
}

const tied: fc.Arbitrary<Tie> = fc.record(
  {
    epoch: fc.constantFrom<Which>("latest", "latest", "latest", "first"),
    agentId: fc.constantFrom("writer", "editor"),
    activity: fc.constantFrom<ActivityKind>("operation", "message", "record", "error"),
  },
  { requiredKeys: ["epoch"] },
);

/** Ties some calls to a session. */
export const tie: fc.Arbitrary<Tie | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: tied },
);

const claim: fc.Arbitrary<ClaimTie> = fc.record({ step, token: which });

/** Ties some writes to a session, and some of these to a claim in it. */
export const writeTie: fc.Arbitrary<Tie | undefined> = fc.oneof(
  { weight: 2, arbitrary: tie },
  {
    weight: 1,
    arbitrary: fc.record({ tied, claim }).map((one) => ({ ...one.tied, claim: one.claim })),
  },
);
