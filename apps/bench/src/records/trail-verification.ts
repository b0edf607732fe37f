import type { JsonlRecords } from "@mem/records-jsonl";

export type TrailVerification = Awaited<ReturnType<JsonlRecords["verify"]>>;
export type TrailAnchor = TrailVerification["anchor"];
export type TrailProblem = TrailVerification["agents"][number]["problems"][number];

/** Verifies every line of a tenant's trails; with an anchor, also that everything is there that it covers. */
export function verifyTrail(
  store: JsonlRecords,
  tenantId: string,
  anchor?: TrailAnchor,
): Promise<TrailVerification> {
  return store.verify({ tenantId, ...(anchor !== undefined && { anchor }) });
}
