import { beforeAll, describe, expect, it } from "vitest";
import { failingTests, type NamedTest } from "./fixtures/failing-tests.ts";
import { BROKEN_BACKENDS } from "./fixtures/short-term-broken.ts";

describe("the short-term suite", () => {
  let failed: readonly NamedTest[];

  beforeAll(async () => {
    const tests = BROKEN_BACKENDS.map(({ flaw, noticedBy }) => ({ suite: flaw, test: noticedBy }));
    failed = await failingTests("short-term-broken.fixture.ts", tests);
  });

  it.each(BROKEN_BACKENDS)("fails a backend that $flaw", ({ flaw, noticedBy }) => {
    const noticing = failed.filter(({ suite }) => suite === flaw).map(({ test }) => test);
    expect(noticing).toContain(noticedBy);
  });
});
