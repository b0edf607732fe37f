import { describe, expect, it } from "vitest";
import { BAD_PLACES } from "./bad-places.ts";
import type { TraitSubject } from "./contract-call.ts";
import { expectRejection } from "./expect-rejection.ts";

/** There is no unscoped call: one that does not name an exact place is refused and touches nothing. */
export function refusesBadScopes<S>(subject: TraitSubject<S>): void {
  describe("bad scopes", () => {
    for (const call of subject.calls) {
      const { place: kind } = call;
      if (kind === undefined) continue;
      it(`${call.method} refuses every ${kind} that names no exact place, and does nothing`, async () => {
        const store = await subject.open();
        await subject.seed(store);
        const before = await subject.observe(store);
        for (const { label, place } of BAD_PLACES[kind]) {
          await expectRejection(() => call.run(store, place), "MEM_INVALID_ARGUMENT").catch(
            (cause: unknown) => {
              throw new Error(`${call.method} with ${label}`, { cause });
            },
          );
        }
        expect(await subject.observe(store)).toEqual(before);
      });
    }
  });
}
