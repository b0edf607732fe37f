import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../src/index.ts";

describe("the manual clock", () => {
  it("runs what falls due, in order, at its own time", () => {
    const clock = createManualClock(1000);
    const seen: string[] = [];
    clock.schedule(20, () => seen.push(`b at ${clock.now()}`));
    clock.schedule(10, () => {
      seen.push(`a at ${clock.now()}`);
      clock.schedule(5, () => seen.push(`c at ${clock.now()}`));
    });
    const cancel = clock.schedule(12, () => seen.push("cancelled"));
    cancel();
    clock.advance(30);
    expect(seen).toEqual(["a at 1010", "c at 1015", "b at 1020"]);
    expect(clock.monotonic()).toBe(30);
  });

  it("jumps wall time without touching monotonic time", () => {
    const clock = createManualClock(1000);
    clock.jump(-500);
    expect([clock.now(), clock.monotonic()]).toEqual([500, 0]);
  });
});

describe("the system clock", () => {
  it("neither fires early for delays beyond 24.8 days nor keeps the process alive", () => {
    const script = `
      import { systemClock } from "${new URL("../src/clock.ts", import.meta.url).href}";
      systemClock.schedule(30 * 86_400_000, () => console.log("early"));
      setTimeout(() => {}, 50);
    `;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 5000,
    });
    expect([child.status, child.stdout.toString(), child.stderr.toString()]).toEqual([0, "", ""]);
  });
});
