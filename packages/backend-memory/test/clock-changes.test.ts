import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, type Scope } from "@mem/core";
import { describe, expect, it } from "vitest";

const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("when the machine's date is changed", () => {
  it.each([
    { change: "back by an hour", ms: -HOUR },
    { change: "on by a day", ms: 24 * HOUR },
  ])("$change, entries live exactly as long as they were to live", async ({ ms }) => {
    const clock = createManualClock();
    await using backend = createMemoryBackend({ clock });
    await backend.save(WRITER, [{ key: "plan", value: 1, ttlMs: 10 * MINUTE, source: "agent" }]);
    clock.jump(ms);
    expect(await backend.count(WRITER)).toBe(1);
    clock.advance(10 * MINUTE - 1);
    expect((await backend.get(WRITER, ["plan"]))[0]?.value).toBe(1);
    clock.advance(1);
    expect(await backend.get(WRITER, ["plan"])).toEqual([undefined]);
    expect(await backend.count(WRITER)).toBe(0);
  });

  it("shows the new date on what is written after", async () => {
    const clock = createManualClock();
    await using backend = createMemoryBackend({ clock });
    clock.jump(-HOUR);
    await backend.save(WRITER, [{ key: "plan", value: 1, ttlMs: null, source: "agent" }]);
    expect((await backend.get(WRITER, ["plan"]))[0]?.createdAt).toBe(clock.now());
  });
});
