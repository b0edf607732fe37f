import { beforeAll, describe, expect, it } from "vitest";
import { failingTests, type NamedTest } from "./fixtures/failing-tests.ts";
import { BROKEN_STORES } from "./fixtures/long-term-broken.ts";

describe("the long-term suite", () => {
  let failed: readonly NamedTest[];

  beforeAll(async () => {
    const tests = BROKEN_STORES.map(({ flaw, noticedBy }) => ({ suite: flaw, test: noticedBy }));
    failed = await failingTests("long-term-broken.fixture.ts", tests);
  });

  it.each(BROKEN_STORES)("fails a store that $flaw", ({ flaw, noticedBy }) => {
    expect(failed).toContainEqual({ suite: flaw, test: noticedBy });
  });
});
