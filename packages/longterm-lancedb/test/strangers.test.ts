import { describe, expect, it } from "vitest";
import { refuseStrangers } from "../src/reading/found-entries.ts";
import type { Candidate } from "../src/search/candidates.ts";

const scope = { tenantId: "acme", agentIds: ["strategy"] } as const;
const found = (id: string): Candidate => ({
  id,
  sequence: null,
  position: null,
  metadata: null,
  updatedAt: 0,
});

describe("a row that was found", () => {
  it.each([
    ["of another agent", "acme::content:plan"],
    ["of another tenant", "other::strategy:plan"],
    ["with an id that was damaged so that it can't be decoded", "ac%6::strategy:plan"],
  ])("%s is refused as damaged", (_, id) => {
    const refuse = (): void => refuseStrangers(scope, [found(id)]);
    expect(refuse).toThrow(expect.objectContaining({ code: "MEM_CORRUPT" }));
  });

  it("where it was asked for is taken", () => {
    expect(() => refuseStrangers(scope, [found("acme::strategy:plan")])).not.toThrow();
  });
});
