import { createMemoryBackend, type MemoryBackendOptions } from "@mem/backend-memory";
import { isMemoryError } from "@mem/core";
import { expect, it } from "vitest";

const WRONG: readonly (readonly [path: string, options: unknown])[] = [
  ["options", null],
  ["options", 5],
  ["options.maxentries", { maxentries: 5 }],
  ["options.ttl", { ttl: 5 }],
  ["options.clock", { clock: Date }],
  ["options.clock", { clock: null }],
  ["options.maxEntries", { maxEntries: 0 }],
  ["options.maxEntries", { maxEntries: 1.5 }],
  ["options.maxEntries", { maxEntries: Infinity }],
  ["options.maxEntries", { maxEntries: "1000" }],
  ["options.maxBytes", { maxBytes: -1 }],
  ["options.maxBytes", { maxBytes: Number.NaN }],
  ["options.maxBytes", { maxBytes: null }],
  ["options.whenFull", { maxEntries: 5, whenFull: "drop" }],
  ["options.whenFull", { whenFull: "evict" }],
];

it.each(WRONG)("refuses %s of %j", (path, options) => {
  let refusal: unknown;
  try {
    createMemoryBackend(options as MemoryBackendOptions);
  } catch (error) {
    refusal = error;
  }
  expect(isMemoryError(refusal, "MEM_INVALID_ARGUMENT")).toBe(true);
  expect(refusal).toMatchObject({ path });
});

it.each([
  {},
  { maxEntries: 1 },
  { maxBytes: 2 ** 40, whenFull: "evict" },
  { whenFull: "refuse" },
] as const)("takes %j", async (options) => {
  await using backend = createMemoryBackend(options);
  expect((await backend.health()).status).toBe("ok");
});
