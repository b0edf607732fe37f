import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LogError } from "@mem/append-log";
import { describe, expect, it } from "vitest";
import { storageError } from "../src/folder/storage-errors.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("a read-only disk", () => {
  it.each([
    ["the log", new LogError("LOG_READ_ONLY", "Could not open a.jsonl: EROFS")],
    ["the operating system", Object.assign(new Error("EROFS: refused, rm"), { code: "EROFS" })],
  ])("is MEM_READ_ONLY, told by %s", (_, cause) => {
    const { code, retryable, outcome } = storageError(cause);
    expect([code, retryable, outcome]).toEqual(["MEM_READ_ONLY", false, "not-applied"]);
  });
});

describe("a folder that this user may not write to", () => {
  it("is told with what to do about it, and is not to be tried again as it is", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    await mkdir(dir);
    await chmod(folder.dir, 0o755);
    await chmod(dir, 0o555);
    const { code, message, retryable, health } = JSON.parse(
      await runScript("without-permission.ts", [dir]),
    ) as Record<string, unknown>;
    expect({ code, retryable }).toEqual({ code: "MEM_UNAVAILABLE", retryable: false });
    const advice = /EACCES.*; let the user of this process \(user \d+\) read and write the folder/;
    expect(message).toMatch(advice);
    expect(health).toMatchObject({ status: "degraded", messages: [expect.stringMatching(advice)] });
  });
});
