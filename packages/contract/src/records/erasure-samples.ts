import type { ExecutionRecord, RecordStore } from "@mem/core";
import { expect } from "vitest";
import { addedUp } from "./model.ts";
import { AGENT, ask, askIds, at, idsOf, series, TENANT } from "./sample.ts";

export const PERSON: { readonly tenantId: string; readonly subject: string } = {
  tenantId: TENANT,
  subject: "person:1",
};
export const ONE: { readonly tenantId: string; readonly id: string } = {
  tenantId: TENANT,
  id: "record-0003",
};

/** Twelve records of two agents: every third is about the person, the others are about persons with similar names. */
export const RECORDS: readonly ExecutionRecord[] = series(12).map((each, n) => ({
  ...each,
  agentId: n < 8 ? AGENT : "content",
  status: n % 2 === 0 ? "started" : "error",
  ...(n % 4 === 0 && { workflowId: "spring" }),
  subject: n % 3 === 0 ? "person:1" : n % 3 === 1 ? "person:10" : "Person:1",
  durationMs: n,
}));
export const ABOUT: readonly ExecutionRecord[] = RECORDS.filter(
  ({ subject }) => subject === PERSON.subject,
);

export async function fill(store: RecordStore): Promise<void> {
  for (const each of RECORDS) await store.append([each]);
}

/** Expects these records and no others, whatever the query. */
export async function expectOnly(
  store: RecordStore,
  left: readonly ExecutionRecord[],
): Promise<void> {
  expect(await ask(store)).toStrictEqual(left);
  expect(await askIds(store, { order: "newest", limit: 2 })).toEqual(idsOf(left).toReversed());
  for (const agentId of [AGENT, "content"]) {
    const mine = left.filter((each) => each.agentId === agentId);
    expect(await ask(store, { agentId })).toStrictEqual(mine);
  }
  const inSpring = left.filter(({ workflowId }) => workflowId === "spring");
  expect(await ask(store, { workflowId: "spring" })).toStrictEqual(inSpring);
  const early = { since: at(2), until: at(7) };
  expect(await askIds(store, early)).toEqual(
    idsOf(left.filter(({ timestamp }) => timestamp >= early.since && timestamp < early.until)),
  );
  const gone = RECORDS.filter((each) => !left.includes(each));
  for (const { id } of gone) expect(await ask(store, { id })).toEqual([]);
  expect(await store.stats(TENANT, {})).toStrictEqual(addedUp(left));
}
