import { describe, expect, it } from "vitest";
import { createPlan, keyOf, PLAN_LENGTH } from "../src/plan.ts";
import { createValueTexts, type Numbered } from "../src/values.ts";

describe("the values", () => {
  it.each([
    ["230 B", 230],
    ["4.3 KB", 4300],
  ] as const)("are of %s of JSON, give or take a tenth", (size, bytes) => {
    for (const text of createValueTexts(size, 200)) {
      expect(Math.abs(Buffer.byteLength(text) - bytes)).toBeLessThan(bytes / 10);
    }
  });

  it.each(["230 B", "4.3 KB"] as const)(
    "of %s have a dozen shapes, and some have letters beyond ASCII and beyond Latin",
    (size) => {
      const texts = createValueTexts(size, 200);
      const shapes = texts.map((text) => Object.keys(JSON.parse(text) as object).join());
      expect(new Set(shapes).size).toBeGreaterThanOrEqual(12);
      expect(texts.filter((text) => /[\u0080-\u00ff]/.test(text)).length).toBeGreaterThan(20);
      expect(texts.filter((text) => /[\u0100-\uffff]/.test(text)).length).toBeGreaterThan(20);
      expect(texts.filter((text) => /^[\0-\x7f]+$/.test(text)).length).toBeGreaterThan(100);
    },
  );

  it("are the same in every run, and each has its number", () => {
    const texts = createValueTexts("230 B", 50);
    expect(texts).toEqual(createValueTexts("230 B", 50));
    expect(texts.map((text) => (JSON.parse(text) as Numbered).seq)).toEqual([...texts.keys()]);
  });
});

describe("the plan", () => {
  const options = { keys: 1000, values: 64, reads: 0.9 };

  it("is the same for everyone", () => {
    expect(createPlan(options)).toEqual(createPlan(options));
  });

  it("reads the share that it was told, from keys of all of its range", () => {
    const { keys, values } = createPlan(options);
    const reads = values.filter((value) => value < 0).length;
    expect(reads / PLAN_LENGTH).toBeCloseTo(0.9, 1);
    expect(Math.max(...keys)).toBe(999);
    expect(Math.max(...values)).toBe(63);
  });

  it("names every key differently", () => {
    expect(new Set(Array.from({ length: 2000 }, (_, i) => keyOf(i))).size).toBe(2000);
  });
});
