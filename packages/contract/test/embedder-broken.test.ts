import { beforeAll, describe, expect, it } from "vitest";
import { BROKEN_EMBEDDERS } from "./fixtures/embedder-broken.ts";
import { failingTests, type NamedTest } from "./fixtures/failing-tests.ts";

describe("the suite of embedders", () => {
  let failed: readonly NamedTest[];

  beforeAll(async () => {
    const tests = BROKEN_EMBEDDERS.map(({ flaw, noticedBy }) => ({ suite: flaw, test: noticedBy }));
    failed = await failingTests("embedder-broken.fixture.ts", tests);
  });

  it.each(BROKEN_EMBEDDERS)("fails an embedder that $flaw", ({ flaw, noticedBy }) => {
    expect(failed).toContainEqual({ suite: flaw, test: noticedBy });
  });
});
