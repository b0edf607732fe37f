import { describe, expect, it } from "vitest";
import { isAsWritten, recordOf } from "../src/faults/record-content.ts";
import { killRecordWriters } from "../src/faults/records.ts";
import { createRandom } from "../src/random.ts";

describe("the record log", () => {
  it("loses nothing that it acknowledged when its writers are killed", async () => {
    const result = await killRecordWriters({ runs: 5, random: createRandom(7) });
    expect(result).toMatchObject({ kills: 5, lost: 0, damaged: 0 });
    expect(result.acknowledged).toBeGreaterThan(100);
    // A killed writer tears at most its own last line in each of its two files.
    expect(result.tornLines).toBeLessThanOrEqual(10);
  });
});

describe("a record of the fault lab", () => {
  const ids = Array.from({ length: 50 }, (_, i) => `123-${i}`);
  const timestamp = "2026-01-01T00:00:00.000Z";

  it("is known by its id, whatever part of it is changed", () => {
    for (const record of ids.map((id) => ({ ...recordOf(id), timestamp }))) {
      const { text } = record.output as { text: string };
      expect(isAsWritten(structuredClone(record))).toBe(true);
      expect(isAsWritten({ ...record, output: { text: `${text}x` } })).toBe(false);
      expect(isAsWritten({ ...record, agentId: "agent-2" })).toBe(false);
      expect(isAsWritten({ ...record, id: `${record.id}0` })).toBe(false);
    }
  });

  it("is long or short, and of either agent", () => {
    const records = ids.map(recordOf);
    expect(new Set(records.map(({ agentId }) => agentId)).size).toBe(2);
    expect(
      new Set(records.map(({ output }) => JSON.stringify(output).length)).size,
    ).toBeGreaterThan(25);
  });
});

const draw = (seed: number): number[] => {
  const random = createRandom(seed);
  return [random(), random(), random()];
};

describe("the source of random numbers", () => {
  it("repeats itself from the same seed", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(3).every((x) => x >= 0 && x < 1)).toBe(true);
  });
});
