import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { RecordRedaction } from "@mem/core";
import { describe, expect, it } from "vitest";
import { BaseAgent } from "../src/index.ts";
import { openMemory } from "./memory.ts";

/** Throws what it is given. */
class Failing extends BaseAgent<void, never> {
  readonly #thrown: unknown;
  constructor(home: ConstructorParameters<typeof BaseAgent>[0]["home"], thrown: unknown) {
    super({ agentId: "failing", home });
    this.#thrown = thrown;
  }
  protected override async run(): Promise<never> {
    throw this.#thrown;
  }
}

/** Refuses every record that mentions Anna. */
const picky: RecordRedaction = (record) => {
  if (JSON.stringify(record).includes("Anna")) throw new Error("Anna");
  return record;
};

/** The error that comes out of a run that threw this, and the last record. */
async function endOf(
  thrown: unknown,
  redact?: RecordRedaction,
): Promise<{ readonly came: unknown; readonly last: unknown }> {
  await using home = await openMemory((records) => records, redact && { redact });
  const came = await new Failing(home.memory, thrown).execute().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { came, last: (await home.trail()).at(-1) };
}

describe("what a run throws comes out, and is recorded", () => {
  it.each([
    ["a text", "no budget", { name: "Error", message: "no budget" }],
    ["nothing", undefined, { name: "Error", message: "undefined" }],
    ["an object that is no error", { status: 429 }, { name: "Error", message: "{ status: 429 }" }],
    [
      "an object without a text of its own",
      Object.create(null),
      { name: "Error", message: "[Object: null prototype] {}" },
    ],
    [
      "an error that quotes half a character",
      new RangeError("too long: \u{1F600}".slice(0, -1)),
      { name: "RangeError", message: "too long: \uFFFD" },
    ],
  ])("%s", async (_, thrown, error) => {
    const { came, last } = await endOf(thrown);
    expect(came).toBe(thrown);
    expect(last).toMatchObject({ status: "error", error });
  });
});

describe("an error that can't be recorded", () => {
  it("leaves the record that the run ended with one, and why it says no more", async () => {
    const thrown = new Error("x".repeat(9_000_000));
    const { came, last } = await endOf(thrown);
    expect(came).toBe(thrown);
    expect(last).toMatchObject({
      status: "error",
      error: { code: "MEM_TOO_LARGE" },
      durationMs: expect.any(Number),
    });
  });

  it("does so where its redaction is refused", async () => {
    const { last } = await endOf(new Error("no mail to Anna"), picky);
    expect(last).toMatchObject({
      status: "error",
      error: {
        code: "MEM_INVALID_ARGUMENT",
        message: "options.redact threw; the record was refused",
      },
    });
  });

  it("is told of where not even that is stored", async () => {
    const failures: unknown[] = [];
    const listen = (failure: unknown): void => void failures.push(failure);
    subscribe("mem:failure", listen);
    const { came, last } = await endOf("no", (record) => {
      if (record.status === "error") throw new Error("never");
      return record;
    });
    unsubscribe("mem:failure", listen);
    expect(came).toBe("no");
    expect(last).toMatchObject({ status: "started" });
    expect(failures).toMatchObject([
      { operation: "record a run that failed", error: { code: "MEM_INVALID_ARGUMENT" } },
    ]);
  });
});
