import { describe, expect, it, onTestFinished } from "vitest";
import { ChangeLog } from "../src/log/change-log.ts";
import { scope, storeFolder, write } from "./fixtures.ts";

describe("a log with little room", () => {
  it("lets in who waits as soon as others turn out to have taken none", async () => {
    const value = "x".repeat(1_000);
    const log = await ChangeLog.open({
      directory: await storeFolder(),
      from: undefined,
      // Like a replica that answers saves whose conditions are not met: they leave nothing behind.
      take: () => [{ stored: false }],
      onDamage: () => expect.unreachable(),
      hasRoom: (bytes, underway) => underway === 0 || underway + bytes <= 3_000,
      makeRoom: () => undefined,
    });
    onTestFinished(() => log.close());
    const writes = [write("a", { value, ifAbsent: true })];
    const answers = Array.from({ length: 20 }, () =>
      log.append({ kind: "save", at: 1, scope, writes }),
    );
    expect(await Promise.all(answers)).toEqual(answers.map(() => [{ stored: false }]));
  });

  it("takes all that there is room for, however many bytes its letters have on disk", async () => {
    const value = "\u6587".repeat(2 << 20);
    const log = await ChangeLog.open({
      directory: await storeFolder(),
      from: undefined,
      take: () => [{ stored: true, version: "1" }],
      onDamage: () => expect.unreachable(),
      hasRoom: () => true,
      makeRoom: () => undefined,
    });
    onTestFinished(() => log.close());
    const writes = [write("a", { value })];
    const answers = Array.from({ length: 14 }, () =>
      log.append({ kind: "save", at: 1, scope, writes }),
    );
    expect(await Promise.all(answers)).toHaveLength(14);
  });
});
