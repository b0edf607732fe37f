import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecordsOptions } from "../src/index.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const ALL = "dir, durability, maxRecordBytes, maxOpenFiles, rotate, compress, retain, key, clock";

function refusal(options: unknown): unknown {
  try {
    createJsonlRecords(options as JsonlRecordsOptions);
  } catch (error) {
    return error;
  }
  throw new Error("it was taken");
}

describe("options", () => {
  it.each<[options: unknown, path: string, message: string]>([
    [undefined, "options", "must be given"],
    [null, "options", "must be an object"],
    ["data", "options", "must be an object"],
    [{}, "options.dir", "has to be a path"],
    [{ dir: "" }, "options.dir", "has to be a path"],
    [{ dir: "x", compres: true }, "options.compres", `is not an option; there are ${ALL}`],
    [{ dir: "x", toString: 1 }, "options.toString", `is not an option; there are ${ALL}`],
    [{ dir: "x", durability: "server" }, "options.durability", 'has to be "disk" or "process"'],
    [{ dir: "x", maxRecordBytes: 0 }, "options.maxRecordBytes", "has to be a whole number"],
    [{ dir: "x", maxOpenFiles: 1.5 }, "options.maxOpenFiles", "has to be a whole number"],
    [{ dir: "x", rotate: "1GB" }, "options.rotate", "must be an object"],
    [{ dir: "x", rotate: null }, "options.rotate", "must be an object"],
    [
      { dir: "x", rotate: { size: 1 } },
      "options.rotate.size",
      "is not an option; there are bytes, daily",
    ],
    [{ dir: "x", rotate: { bytes: "1GB" } }, "options.rotate.bytes", "has to be a whole number"],
    [{ dir: "x", rotate: { bytes: 0 } }, "options.rotate.bytes", "has to be a whole number"],
    [{ dir: "x", rotate: { daily: 1 } }, "options.rotate.daily", "has to be true or false"],
    [{ dir: "x", compress: "gz" }, "options.compress", "has to be true or false"],
    [{ dir: "x", retain: 5 }, "options.retain", "must be an object"],
    [{ dir: "x", retain: 0 }, "options.retain", "must be an object"],
    [{ dir: "x", retain: [5] }, "options.retain", "must be an object"],
    [
      { dir: "x", retain: { day: 5 } },
      "options.retain.day",
      "is not an option; there are days, bytes",
    ],
    [{ dir: "x", retain: { days: -1 } }, "options.retain.days", "has to be a number above 0"],
    [{ dir: "x", retain: { bytes: NaN } }, "options.retain.bytes", "has to be a whole number"],
    [{ dir: "x", key: "too short" }, "options.key", "has to be 16 bytes or more"],
    [{ dir: "x", key: 1 }, "options.key", "has to be 16 bytes or more"],
    [{ dir: "x", clock: {} }, "options.clock", "is not a clock: it has no method now"],
    [{ dir: "x", clock: null }, "options.clock", "is not a clock: it has no method now"],
  ])("%j are refused by the path %s", (options, path, message) => {
    expect(refusal(options)).toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
      message: expect.stringContaining(`${path} ${message}`),
    });
  });

  it("of a rotation or a verification are refused by their path, too", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    for (const call of [store.rotate.bind(store), store.verify.bind(store)]) {
      await expect(call({ agent: "a" } as never)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.agent",
      });
      await expect(call(null as never)).rejects.toMatchObject({ path: "options" });
    }
  });

  it("that are not given, or undefined, are the defaults, and nothing is touched", async () => {
    await using folder = await temporaryFolder();
    const rotate = { bytes: undefined, daily: undefined };
    const options = { dir: join(folder.dir, "a"), rotate, retain: undefined, clock: undefined };
    createJsonlRecords(options as unknown as JsonlRecordsOptions);
    createJsonlRecords({ dir: join(folder.dir, "b"), rotate: {}, retain: {} });
    expect(await readdir(folder.dir)).toEqual([]);
  });
});
