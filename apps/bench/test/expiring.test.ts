import { expect, it } from "vitest";
import { startCache } from "../src/short-term/throughput.ts";
import { MAP, OURS } from "../src/short-term/caches.ts";

const OPTIONS = { entries: 20_000, windowMs: 100, afterMs: 1500, patience: 4 };

it("sees what is freed without being read, and what is not", async () => {
  await using ours = startCache();
  await using map = startCache();
  const expired = await ours.ask("expire", { ...OPTIONS, name: OURS });
  const kept = await map.ask("expire", { ...OPTIONS, name: MAP });
  expect(expired?.freed).toBeGreaterThan(0.9);
  expect(kept?.freed).toBeLessThan(0.1);
  expect(expired?.cpuMs).toBeGreaterThan(0);
});
