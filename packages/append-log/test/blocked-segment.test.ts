import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openSharedLog, type Damage, type SharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Opened extends AsyncDisposable {
  readonly log: SharedLog<string>;
  readonly payloads: string[];
  readonly damages: Damage[];
}

async function open(directory: string, from?: string): Promise<Opened> {
  const payloads: string[] = [];
  const damages: Damage[] = [];
  const log = await openSharedLog({
    directory,
    ...(from !== undefined && { from }),
    onFrame({ payload }) {
      payloads.push(payload);
      return payload;
    },
    onDamage: (damage) => damages.push(damage),
  });
  return { log, payloads, damages, [Symbol.asyncDispose]: () => log.close() };
}

/** A log with one frame, whose second segment can't be created: something else has its name. */
async function openBlocked(): Promise<{ directory: string; unblock: () => void; opened: Opened }> {
  const directory = temporaryFolder();
  const opened = await open(directory);
  await opened.log.append("first");
  const obstacle = join(directory, "0000000002.log");
  mkdirSync(obstacle);
  return { directory, unblock: () => rmdirSync(obstacle), opened };
}

describe("when the segment behind a seal cannot be made", () => {
  test("a frame before the seal is acknowledged, one behind it is surely not in", async () => {
    const { directory, unblock, opened } = await openBlocked();
    const { log, payloads } = opened;
    const [before, seal, behind] = await Promise.allSettled([
      log.append("before"),
      log.seal(),
      log.append("behind"),
    ]);
    expect(before).toEqual({ status: "fulfilled", value: "before" });
    expect(seal).toMatchObject({ status: "rejected", reason: { outcome: "unknown" } });
    expect(behind).toMatchObject({ status: "rejected", reason: { outcome: "not-applied" } });
    unblock();
    expect(await log.append("last")).toBe("last");
    expect(payloads).toEqual(["first", "before", "last"]);
    await log.close();
    await using again = await open(directory);
    expect(again.payloads).toEqual(payloads);
    expect(again.damages).toEqual([]);
  });

  test("a log that is opened at the cursor of that moment does not append behind the seal", async () => {
    const { directory, unblock, opened } = await openBlocked();
    await expect(opened.log.seal()).rejects.toMatchObject({ code: "LOG_NOT_A_FILE" });
    const cursor = await opened.log.flush();
    await opened.log.close();
    unblock();
    {
      await using later = await open(directory, cursor);
      await later.log.append("second");
      expect(later.payloads).toEqual(["second"]);
      expect(later.damages).toEqual([]);
    }
    await using again = await open(directory);
    expect(again.payloads).toEqual(["first", "second"]);
  });
});
