import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";

import { createLineAppender, openSharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.each(["disk", "process"] as const)(
  "other work has its turn while frames are appended without a pause (durability %j)",
  async (durability) => {
    const directory = temporaryFolder();
    await using log = await openSharedLog({ directory, durability, onFrame: () => true });
    const done = new AbortController();
    const writers = Array.from({ length: 8 }, async () => {
      while (!done.signal.aborted) await log.append("frame");
    });
    const bytes = [0];
    for (let turn = 0; turn < 5; turn++) {
      await delay(1);
      bytes.push(log.segmentBytes);
    }
    done.abort();
    await Promise.all(writers);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  },
);

test.each(["disk", "process"] as const)(
  "other work has its turn while lines are appended without a pause (durability %j)",
  async (durability) => {
    const path = join(temporaryFolder(), "a.jsonl");
    await using appender = createLineAppender({ path, durability });
    const done = new AbortController();
    let ends = 0;
    const writers = Array.from({ length: 8 }, async () => {
      while (!done.signal.aborted) ends = await appender.append("line");
    });
    const seen = [0];
    for (let turn = 0; turn < 5; turn++) {
      await delay(1);
      seen.push(ends);
    }
    done.abort();
    await Promise.all(writers);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  },
);
