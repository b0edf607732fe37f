import { beforeAll, describe, expect, it } from "vitest";
import { failingTests, type NamedTest } from "./fixtures/failing-tests.ts";
import { BROKEN_BACKENDS } from "./fixtures/short-term-broken.ts";

const AGREEMENT = "answers any operations in a row as the model does";
/** There are many of them. */
const TIMEOUT = 600_000;
const SEEN_BY_MODEL = BROKEN_BACKENDS.filter(({ unseenByModel }) => unseenByModel !== true);

describe("the short-term suite", () => {
  let failed: readonly NamedTest[];

  beforeAll(async () => {
    failed = await failingTests("short-term-broken.fixture.ts", [
      ...BROKEN_BACKENDS.map(({ flaw, noticedBy }) => ({ suite: flaw, test: noticedBy })),
      ...SEEN_BY_MODEL.map(({ flaw }) => ({ suite: flaw, test: AGREEMENT })),
    ]);
  }, TIMEOUT);

  function noticing(flaw: string): string[] {
    return failed.filter(({ suite }) => suite === flaw).map(({ test }) => test);
  }

  it.each(BROKEN_BACKENDS)("fails a backend that $flaw", ({ flaw, noticedBy }) => {
    expect(noticing(flaw)).toContain(noticedBy);
  });

  it.each(SEEN_BY_MODEL)("fails by the model alone a backend that $flaw", ({ flaw }) => {
    expect(noticing(flaw)).toContain(AGREEMENT);
  });
});
