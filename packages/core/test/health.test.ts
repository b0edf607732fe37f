import { describe, expect, it } from "vitest";
import { MemoryError, MemoryManager, type Health, type ShortTermBackend } from "../src/index.ts";
import { fakeRecords } from "./record-stores.ts";

const WELL: Health = {
  status: "ok",
  backend: "test",
  durability: "process",
  messages: [],
  details: {},
};

/** Just enough to be accepted as a backend, and healthy. */
function shortTerm(): ShortTermBackend {
  const names = ["save", "get", "append", "increment", "startWorkflow"];
  const methods = Object.fromEntries(names.map((name) => [name, () => undefined]));
  return { name: "test", health: async () => WELL, ...methods } as unknown as ShortTermBackend;
}

describe("the health of a memory", () => {
  it.each<[Error, Health["details"]]>([
    [new MemoryError("MEM_CLOSED", "these records are closed"), { code: "MEM_CLOSED" }],
    [new Error("these records are closed"), {}],
  ])("is told where a backend can't tell its own: %s", async (error, details) => {
    const health = async (): Promise<Health> => {
      throw error;
    };
    const records = { ...fakeRecords(), health };
    const memory = new MemoryManager({ shortTerm: shortTerm(), records });
    expect(await memory.health()).toEqual({
      status: "down",
      parts: {
        shortTerm: WELL,
        records: {
          status: "down",
          backend: "fake",
          durability: "process",
          messages: ["it can't tell its health: these records are closed"],
          details,
        },
      },
    });
  });
});
