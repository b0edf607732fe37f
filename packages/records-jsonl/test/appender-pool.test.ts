import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppenderPool } from "../src/appender-pool.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("the pool of appenders", () => {
  it("lets the calls of one path run in their order, also when others take its place", async () => {
    await using folder = await temporaryFolder();
    const pool = new AppenderPool("process", 2);
    const seen: string[] = [];
    const call = (path: string, name: string, gate?: Promise<void>): Promise<void> =>
      pool.use(join(folder.dir, path), async (appender) => {
        seen.push(`${name} begins`);
        await gate;
        await appender.append(name);
        seen.push(`${name} ends`);
      });

    const slow = Promise.withResolvers<void>();
    const first = call("a", "a1", slow.promise);
    await call("b", "b1");
    // Takes the place of b, which is idle; then that of a, which is not.
    await call("c", "c1");
    const waiting = [call("d", "d1"), call("e", "e1")];
    const second = call("a", "a2");
    await Promise.all(waiting);
    expect(seen).not.toContain("a2 begins");
    slow.resolve();
    await Promise.all([first, second]);
    expect(seen.indexOf("a2 begins")).toBeGreaterThan(seen.indexOf("a1 ends"));
    await pool.close();
  });

  it("keeps no place for a call that fails", async () => {
    await using folder = await temporaryFolder();
    const pool = new AppenderPool("process", 1);
    for (let n = 0; n < 5; n++) {
      const failing = pool.use(join(folder.dir, `${n}`), () => Promise.reject(new Error("no")));
      await expect(failing).rejects.toThrow("no");
    }
    await pool.use(join(folder.dir, "last"), (appender) => appender.append("line"));
    await pool.close();
  });
});
