import { describe, expect, it } from "vitest";
import { createHashingEmbedder, type ReembedOptions } from "../src/index.ts";
import { openAsked, type AskedMemory } from "./asked-memory.ts";

const embedder = createHashingEmbedder({ dimensions: 8 });
const embed = async (): Promise<Float32Array[]> => [];
const ill = { status: "degraded", backend: "test", durability: "disk", messages: ["2 vectors"] };
const details = { pendingVectors: 2 };

function open(): AskedMemory {
  const ok = { health: () => ({ ...ill, status: "ok", messages: [], details: {} }) };
  return openAsked({
    shortTerm: ok,
    longTerm: {
      reembed: (_: never, { onProgress }: ReembedOptions) => {
        onProgress?.({ done: 3, total: 3 });
        return { entries: 3 };
      },
      health: () => ({ ...ill, details }),
    },
    knowledge: ok,
  });
}

describe("making vectors anew", () => {
  it("is the store's work, for all tenants at once: a tenant can't ask for it", async () => {
    const { memory, asked } = open();
    const seen: unknown[] = [];
    const options = { onProgress: (progress: unknown) => void seen.push(progress) };
    expect(await memory.reembed(embedder, options)).toEqual({ entries: 3 });
    expect(seen).toEqual([{ done: 3, total: 3 }]);
    expect(asked).toMatchObject([
      { backend: "longTerm", method: "reembed", args: [embedder, options] },
    ]);
    expect(memory.forTenant("other")).not.toHaveProperty("reembed");
  });

  it.each<[unknown, unknown, string]>([
    [undefined, {}, "embedder"],
    [{ model: "m", dimensions: 8 }, {}, "embedder"],
    [{ embed, model: "", dimensions: 8 }, {}, "embedder.model"],
    [{ embed, model: "m", dimensions: 1.5 }, {}, "embedder.dimensions"],
    [{ embed, model: "m", dimensions: 8, weight: -1 }, {}, "embedder.weight"],
    [embedder, null, "options"],
    [embedder, { onProgress: true }, "options.onProgress"],
    [embedder, { batch: 5 }, "options.batch"],
  ])("is refused before any is made: case %#", async (by, options, path) => {
    const { memory, asked } = open();
    await expect(memory.reembed(by as never, options as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
    expect(asked).toEqual([]);
  });

  it("does not begin when the signal has fired, or the memory is closed", async () => {
    const { memory, asked } = open();
    const signal = AbortSignal.abort();
    await expect(memory.reembed(embedder, { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
    await memory.close().catch(() => undefined);
    await expect(memory.reembed(embedder)).rejects.toMatchObject({ code: "MEM_CLOSED" });
    expect(asked).toEqual([]);
  });
});

describe("the health of a memory", () => {
  it("is the worst of its parts, and says what each has to say: vectors that are still to come", async () => {
    const health = await open().memory.health();
    expect(health.status).toBe("degraded");
    expect(health.parts["longTerm"]).toMatchObject({ status: "degraded", details });
    expect(health.parts["shortTerm"]).toMatchObject({ status: "ok" });
  });
});
