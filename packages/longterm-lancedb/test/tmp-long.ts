import { sample } from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { it } from "vitest";
import { Replicas, rounds } from "./one-order.ts";
const seed = Number(process.env["SEED"] ?? 1);
const runs = Number(process.env["RUNS"] ?? 10);
it("long", async () => {
  let steps = 0;
  const plans = sample(rounds(Number(process.env["ROUNDS"] ?? 12)), { seed, numRuns: runs });
  for (const [i, all] of plans.entries()) {
    const folder = await mkdtemp("/tmp/tests-work/oo-");
    let at = -1;
    try {
      await using r = await Replicas.open(join(folder, "store"), i % 2 === 1);
      for (const round of all) {
        at++;
        await r.take(round);
        steps += round.length;
      }
      await r.expectSound();
    } catch (e) {
      console.log("FAILED run", i, "round", at, JSON.stringify(all[at]), folder);
      if (!process.env["GO"]) throw e;
      console.log(String((e as Error).stack).slice(0, 1500));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log({ steps });
}, 600_000);
