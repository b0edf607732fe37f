import { describe, expect, it } from "vitest";
import { timeOf } from "../backend-time.ts";
import type { Opened } from "../harness.ts";
import { ENTRY_LIVES, TTLS } from "./entry-lives.ts";
import { MINUTE, YEAR, type Life } from "./life.ts";
import { live, type Harness, type Home } from "./live.ts";
import { LOG_LIVES, SESSION_LOG_LIVES } from "./log-lives.ts";
import { isLogThere, isThere, LOOKS, type IsThere } from "./looks.ts";
import { KEPT_LIVES, SESSION_LIVES } from "./session-lives.ts";

const HOMES: readonly Home[] = ["of an agent", "of a workflow", "in a session"];
const MAX_LOOKS = 200;

/** Checks each row of the tables 1 ms before its end and at its end. */
export function endsLives(open: Opened): void {
  describe("ttl edges", () => {
    describe.each(HOMES)("an entry %s", (home) => {
      const oneMinute: Life = { life: "a minute", steps: [{ save: MINUTE }], lives: MINUTE };
      it.each(LOOKS)("is there until its end for $method", async (look) => {
        await expectEnd(await open(), home, oneMinute, look.isThere);
      });

      it.each(TTLS)("lives $life", async (life) => {
        await expectEnd(await open(), home, life, isThere);
      });

      it.each(ENTRY_LIVES)("$life lives as long as it has to", async (life) => {
        await expectEnd(await open(), home, life, isThere);
      });
    });

    describe("an entry and the session of its workflow", () => {
      it.each(SESSION_LIVES)("$life", async (life) => {
        await expectEnd(await open(), "of a workflow", life, isThere);
      });
    });

    describe("an entry whose session has ended and kept its data", () => {
      it.each(KEPT_LIVES)("$life", async (life) => {
        await expectEnd(await open(), "of a workflow", life, isThere);
      });
    });

    describe.each(HOMES)("a log %s", (home) => {
      it.each(LOG_LIVES)("$life lives as long as it has to", async (life) => {
        await expectEnd(await open(), home, life, isLogThere);
      });
    });

    describe("a log and the session of its workflow", () => {
      it.each(SESSION_LOG_LIVES)("$life", async (life) => {
        await expectEnd(await open(), "of a workflow", life, isLogThere);
      });
    });
  });
}

async function expectEnd(harness: Harness, home: Home, life: Life, there: IsThere): Promise<void> {
  if (life.lives !== 0) await expectThereUntilEnd(harness, home, life, there);
  const { scope, end, version } = await live(harness, home, life);
  if (end === undefined) return;
  await harness.advance(Math.max(0, end.latest - (await timeOf(harness.backend))));
  expect(await there(harness.backend, scope, version), "there at its end").toBe(false);
}

/**
 * Looks 1 ms before the end, or after 200 years if there is none. On a server, whose time runs on, a look that finds
 * nothing and came after the end proves nothing; it is repeated on another life. A life of a few ms may never be seen
 * in time.
 */
async function expectThereUntilEnd(
  harness: Harness,
  home: Home,
  life: Life,
  there: IsThere,
): Promise<void> {
  const { backend, advance } = harness;
  for (let look = 0; look < MAX_LOOKS; look++) {
    const { scope, end, version } = await live(harness, home, life);
    const now = await timeOf(backend);
    const wait = end === undefined ? 200 * YEAR : end.earliest - 1 - now;
    if (wait < 0) continue;
    await advance(wait);
    if (await there(backend, scope, version)) return;
    const isLate = end !== undefined && (await timeOf(backend)) >= end.earliest;
    expect(isLate, "gone before its end").toBe(true);
  }
  expect(life.lives, "no look came in time").toBeLessThan(10);
}
