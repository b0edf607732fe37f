import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { memoryKey } from "../src/index.ts";
import { applySchema } from "../src/memory-key.ts";

const plan = z.object({ goal: z.string(), steps: z.array(z.object({ day: z.number() })) });

describe("a typed key", () => {
  it("gives the schema's output", async () => {
    const schema = z.object({ goal: z.string(), budget: z.number().default(5) });
    expect(await applySchema(schema, { goal: "spring" }, "value")).toEqual({
      goal: "spring",
      budget: 5,
    });
  });

  it("names where a value does not fit, and never what it holds", async () => {
    const value = { goal: 5, steps: [{ day: "top secret" }] };
    const error: unknown = await applySchema(plan, value, "value").catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "MEM_SCHEMA", path: "value.goal" });
    expect(String(error)).toContain("value.steps[0].day");
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("top secret");
  });

  it("treats a schema that throws as one that refuses", async () => {
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => {
          throw new TypeError("top secret");
        },
      },
    } as const;
    const error: unknown = await applySchema(schema, "top secret", "value").catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: "MEM_SCHEMA" });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("top secret");
  });

  it("is refused where it has no name or no schema", () => {
    expect(() => memoryKey("", plan)).toThrowError(/name/);
    expect(() => memoryKey("plan", {} as typeof plan)).toThrowError(/Standard Schema/);
  });
});
