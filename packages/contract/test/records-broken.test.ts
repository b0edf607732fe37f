import { beforeAll, describe, expect, it } from "vitest";
import { failingTests, type NamedTest } from "./fixtures/failing-tests.ts";
import { BROKEN_RECORDS } from "./fixtures/records-broken.ts";

describe("the suite of record stores", () => {
  let failed: readonly NamedTest[];

  beforeAll(async () => {
    const tests = BROKEN_RECORDS.map(({ flaw, noticedBy }) => ({ suite: flaw, test: noticedBy }));
    failed = await failingTests("records-broken.fixture.ts", tests);
  });

  it.each(BROKEN_RECORDS)("fails a store that $flaw", ({ flaw, noticedBy }) => {
    expect(failed).toContainEqual({ suite: flaw, test: noticedBy });
  });
});
