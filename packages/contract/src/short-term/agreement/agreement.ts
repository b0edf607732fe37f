import { createManualClock } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOf, timeStandsStill } from "../backend-time.ts";
import type { Opened } from "../harness.ts";
import { ModelBackend } from "../model/model-backend.ts";
import { claimOperations } from "./claim-operations.ts";
import { differences } from "./differences.ts";
import { entryReads } from "./entry-reads.ts";
import { entryWrites } from "./entry-writes.ts";
import { LOOK_AT_EVERYTHING } from "./everything.ts";
import { logOperations } from "./log-operations.ts";
import { tell, type Operation } from "./operation.ts";
import { Player } from "./player.ts";
import { durations, HOUR, type Durations } from "./pool.ts";
import { workflowOperations } from "./workflow-operations.ts";

const RUNS = Number(process.env["MEM_CONTRACT_RUNS"] ?? 200);
const SEED = process.env["MEM_CONTRACT_SEED"];

export function agreesWithTheModel(open: Opened): void {
  describe("model", () => {
    const timeout = 60_000 + RUNS * 1000;

    it("answers any operations in a row as the model does", { timeout }, async () => {
      await expectAgreement(open);
    });
  });
}

async function expectAgreement(open: Opened): Promise<void> {
  const { backend } = await open();
  const isStill = await timeStandsStill(backend);
  const operations = fc.array(anyOperation(durations(isStill)), { maxLength: 50, size: "max" });
  const property = fc.asyncProperty(operations, (all) => playOnBoth(open, isStill, all));
  const seed = SEED === undefined ? {} : { seed: Number(SEED) };
  const details = await fc.check(property, { numRuns: RUNS, ...seed });
  if (details.failed) expect.fail(report(details));
}

function anyOperation(lasting: Durations): fc.Arbitrary<Operation> {
  const passing = lasting.pause.map((ms) => ({
    method: "time passes",
    args: { ms },
    run: (player: Player) => player.advance(ms),
  }));
  return fc.oneof(
    { weight: 8, arbitrary: entryWrites(lasting) },
    { weight: 3, arbitrary: entryReads() },
    { weight: 5, arbitrary: logOperations(lasting) },
    { weight: 4, arbitrary: workflowOperations(lasting) },
    { weight: 4, arbitrary: claimOperations(lasting) },
    { weight: 2, arbitrary: passing },
  );
}

/** Plays the operations on a fresh backend and on the model, and compares the answers after each. */
async function playOnBoth(
  open: Opened,
  isStill: boolean,
  operations: readonly Operation[],
): Promise<void> {
  const { backend, advance, another } = await open();
  const handles = another === undefined ? [backend] : [backend, await another()];
  const clock = createManualClock();
  const since = (beginning: number) => (time: number) =>
    isStill ? time - beginning : Math.floor((time - beginning) / HOUR);
  const subject = new Player(handles, advance, since(await timeOf(backend)));
  const model = new Player(
    [new ModelBackend(clock)],
    async (ms) => clock.advance(ms),
    since(clock.now()),
  );
  try {
    for (const operation of [...operations, LOOK_AT_EVERYTHING]) {
      const expected = await model.play(operation);
      const answer = await subject.play(operation);
      const wrong = differences(operation.method, expected, answer);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** Describes the shortest list of operations found that shows the difference. */
function report(details: fc.RunDetails<[Operation[]]>): string {
  const [operations = []] = details.counterexample ?? [];
  const { errorInstance, seed } = details;
  return [
    "After these operations the backend is not as the model is:",
    ...operations.map((operation, i) => `  ${i + 1}. ${tell(operation)}`),
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    `MEM_CONTRACT_SEED=${seed} plays the same again.`,
  ].join("\n");
}
