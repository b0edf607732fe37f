import fc from "fast-check";
import { expect, test } from "vitest";

import { openSharedLog, type SharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Replica = SharedLog<string> & { readonly seen: string[] };

async function openReplica(directory: string): Promise<Replica> {
  const seen: string[] = [];
  const log = await openSharedLog({
    directory,
    durability: "process",
    onFrame({ position, payload }) {
      seen.push(`${position} ${payload}`);
      return `${position} ${payload}`;
    },
    onDamage(damage) {
      throw new Error(`Damage without a fault: ${JSON.stringify(damage)}`);
    },
  });
  return Object.assign(log, { seen });
}

const steps = fc.array(
  fc.record({
    replica: fc.nat({ max: 2 }),
    call: fc.constantFrom("append", "append", "append", "catchUp", "seal", "flush"),
    // Whether the next step waits for the end of this one.
    wait: fc.boolean(),
  }),
  { minLength: 10, maxLength: 80 },
);

test("whatever is called when, all logs see the same frames, each acknowledged one once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const directory = temporaryFolder();
      const replicas = [
        await openReplica(directory),
        await openReplica(directory),
        await openReplica(directory),
      ];
      const acknowledged: Promise<string>[] = [];
      const running: Promise<unknown>[] = [];
      for (const [index, { replica, call, wait }] of sequence.entries()) {
        const log = replicas[replica]!;
        const step = call === "append" ? log.append(`step ${index}`) : log[call]();
        if (call === "append") acknowledged.push(step as Promise<string>);
        running.push(step);
        if (wait) await step;
      }
      await Promise.all(running);
      await Promise.all(replicas.map((log) => log.catchUp()));
      const [first, ...others] = replicas.map(({ seen }) => seen);
      await Promise.all(replicas.map((log) => log.close()));

      await using replayed = await openReplica(directory);
      for (const seen of [...others, replayed.seen]) expect(seen).toEqual(first);
      expect(first).toEqual(first?.toSorted());
      expect(first?.toSorted()).toEqual((await Promise.all(acknowledged)).toSorted());
    }),
    { numRuns: 60 },
  );
});
