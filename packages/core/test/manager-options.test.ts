import { describe, expect, it } from "vitest";
import { MemoryManager, type ShortTermBackend } from "../src/index.ts";

const unused = (): void => undefined;

/** Just enough to be accepted as a backend; nothing is stored in these tests. */
function shortTerm(close: () => Promise<void> = async () => undefined): ShortTermBackend {
  const names = ["save", "get", "append", "increment", "startWorkflow"];
  const methods = Object.fromEntries(names.map((name) => [name, unused]));
  return { name: "test", close, ...methods } as unknown as ShortTermBackend;
}

describe("the options of a manager", () => {
  it.each<[object, string]>([
    [{ shortTermTTL: 5 }, "options.shortTermTTL"],
    [{ shortTermTtl: 0 }, "options.shortTermTtl"],
    [{ shortTermTtl: "keep" }, "options.shortTermTtl"],
    [{ maxConversationHistory: 0 }, "options.maxConversationHistory"],
    [{ sessionTimeout: null }, "options.sessionTimeout"],
    [{ autoCleanup: "false" }, "options.autoCleanup"],
    [{ limits: { maxDept: 3 } }, "options.limits.maxDept"],
    [{ limits: { maxSize: -1 } }, "options.limits.maxSize"],
    [{ limits: null }, "options.limits"],
    [{ limits: 5 }, "options.limits"],
    [{ tenantId: "" }, "tenantId"],
    [{ tenantId: null }, "tenantId"],
    [{ clock: null }, "options.clock"],
    [{ clock: { now: unused } }, "options.clock"],
    [{ shortTerm: undefined }, "options.shortTerm"],
    [{ longTerm: {} }, "options.longTerm"],
    [{ records: { append: 1 } }, "options.records"],
    [{ records: { append: unused, query: unused, stats: unused } }, "options.records"],
    [{ records: { append: unused, query: unused, erase: unused } }, "options.records"],
    [{ redact: "secrets" }, "options.redact"],
  ])("%j are refused at %s", (options, path) => {
    const create = (): MemoryManager => new MemoryManager({ shortTerm: shortTerm(), ...options });
    expect(create).toThrowError(expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }));
  });

  it("that are undefined have their default", () => {
    const limits = { maxSize: undefined } as unknown as { maxSize: number };
    expect(new MemoryManager({ shortTerm: shortTerm(), limits }).tenantId).toBe("default");
  });
});

describe("closing a manager", () => {
  it("gives every backend its chance, and tells what failed", async () => {
    let closed = 0;
    const failing = shortTerm(() => {
      throw new Error("broken");
    });
    const knowledge = { get: () => 0, search: () => 0, close: async () => void closed++ } as never;
    const memory = new MemoryManager({ shortTerm: failing, knowledge });
    await expect(memory.close()).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      cause: { message: "broken" },
    });
    expect(closed).toBe(1);
  });

  it("refuses everything that is not configured or comes too late", async () => {
    const memory = new MemoryManager({ shortTerm: shortTerm() });
    await expect(memory.searchSimilar("a", "x")).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
    await expect(memory.saveExecutionRecord("a", { status: "success" })).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
    await memory.close();
    await expect(memory.save("a", "k", 1)).rejects.toMatchObject({ code: "MEM_CLOSED" });
  });

  it.each(["saveMany", "deleteMany", "retrieveMany"] as const)(
    "refuses %s of nothing so, too",
    async (method) => {
      const memory = new MemoryManager({ shortTerm: shortTerm() });
      const options = { memoryType: "long_term" } as const;
      await expect(memory[method]("a", [], options)).rejects.toMatchObject({
        code: "MEM_NOT_CONFIGURED",
      });
      await memory.close();
      await expect(memory[method]("a", [])).rejects.toMatchObject({ code: "MEM_CLOSED" });
    },
  );
});
