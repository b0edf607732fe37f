import type { ExecutionRecord } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { addedUp, isMeant } from "./model.ts";
import { ask, at, record, TENANT, type Question } from "./sample.ts";

const AGENTS = ["strategy", "content", "Strategy"];
const WORKFLOWS = ["spring", "summer", "spring-2"];
const STATUSES = ["started", "success", "error"];
const COUNT = 400;

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const time = fc.integer({ min: -5, max: COUNT + 5 }).map(at);

const questions: fc.Arbitrary<Question> = fc
  .record({
    id: fc.option(
      fc.nat(COUNT).map((n) => record(n).id),
      { nil: undefined, freq: 1 },
    ),
    agentId: maybe(fc.constantFrom(...AGENTS, "nobody")),
    workflowId: maybe(fc.constantFrom(...WORKFLOWS, "autumn")),
    status: maybe(fc.constantFrom(...STATUSES, "cancelled")),
    since: maybe(time),
    until: maybe(time),
    order: fc.constantFrom("oldest", "newest"),
    limit: fc.constantFrom(9, 100),
  })
  .map(defined);

/** Whatever the query, the answer has to be what checking each record gives. */
export function answersAnyQuestion(open: OpenRecords): void {
  describe("any question", () => {
    it("is answered, page by page and added up, as by a look at each record", async () => {
      const { store } = await open();
      const sent = sample();
      // In batches, some of them large, and one by one at the end.
      for (let n = 0; n < COUNT - 20; n += 95) await store.append(sent.slice(n, n + 95));
      for (const each of sent.slice(COUNT - 20)) await store.append([each]);
      await fc.assert(
        fc.asyncProperty(questions, async (question) => {
          const found = sent.filter((each) => isMeant(each, question));
          const { agentId, workflowId, since, until, order } = question;
          const expected = order === "newest" ? found.toReversed() : found;
          expect(await ask(store, question)).toStrictEqual(expected);
          const counted = defined({ agentId, workflowId, since, until });
          const meant = sent.filter((each) => isMeant(each, counted));
          expect(await store.stats(TENANT, counted)).toStrictEqual(addedUp(meant));
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** A quarter of the records have several kilobytes, so that a store that reads in blocks has several to choose from. */
function sample(): ExecutionRecord[] {
  return Array.from({ length: COUNT }, (_, n) =>
    record(n, {
      agentId: AGENTS[(n * 7) % 3] as string,
      // The first hundred are of one workflow; later ones of each workflow are scattered.
      ...(n < 100 && { workflowId: "spring" }),
      ...(n > 150 && n % 5 === 0 && { workflowId: WORKFLOWS[n % 3] as string }),
      status: STATUSES[(n * 5) % 3] as string,
      input: "x".repeat(n % 4 === 0 ? 5000 : 10),
      ...(n % 2 === 0 && { durationMs: n }),
    }),
  );
}

function defined<T extends object>(question: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const asked = Object.entries(question).filter(([, value]) => value !== undefined);
  return Object.fromEntries(asked) as { [K in keyof T]?: NonNullable<T[K]> };
}
