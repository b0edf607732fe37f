import type { CallOptions, Page, ShortTermStats, WorkflowState } from "@mem/core";
import type { Ask } from "./connection.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { KeySpace } from "./keys.ts";
import type { Reply } from "./errand.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { tally } from "./scripts/tally.ts";
import { liveWorkflows, places } from "./scripts/tenant.ts";
import type { Workflows } from "./workflows.ts";

/** How many places are asked at once: enough to keep the servers busy. */
const AT_ONCE = 500;
const MAX_PAGE = 1000;

interface Tally {
  readonly owner: string;
  readonly entries: number;
  readonly isLive: boolean;
  /** The score with which the registry may remove the place; empty if something is left in it. */
  readonly score: string;
}

/** Calls about a whole tenant: they ask its registry where to look, then every place that may hold something. */
export class Totals {
  readonly #calls: PlaceCalls;
  readonly #keys: KeySpace;
  readonly #workflows: Workflows;

  constructor(calls: PlaceCalls, keys: KeySpace, workflows: Workflows) {
    this.#calls = calls;
    this.#keys = keys;
    this.#workflows = workflows;
  }

  async stats(tenantId: string, options: CallOptions | undefined): Promise<ShortTermStats> {
    const home = this.#keys.registry(tenantId);
    return this.#calls.run(options, async (ask) => {
      const [, , names] = await this.#calls.registry(ask, home, places, []);
      // A workflow may be listed twice: as live (l:) and for entries with an expiry of their own (w:).
      const owners = new Set((names as string[]).map((name) => name.replace(/^l:/, "w:")));
      const tallies = await inTurns([...owners], (owner) => this.#tally(ask, tenantId, owner));
      const emptied = tallies.flatMap(({ owner, score }) => (score === "" ? [] : [owner, score]));
      await this.#calls.forget(ask, home, emptied);
      return {
        entries: tallies.reduce((total, { entries }) => total + entries, 0),
        workflows: tallies.filter(({ isLive }) => isLive).length,
      };
    });
  }

  async listWorkflows(
    tenantId: string,
    { cursor, limit }: { readonly cursor?: string; readonly limit: number },
    options: CallOptions | undefined,
  ): Promise<Page<WorkflowState>> {
    const size = Math.min(limit, MAX_PAGE);
    const start = cursor === undefined ? "-" : `(${decodeCursor("workflow", cursor)}`;
    const home = this.#keys.registry(tenantId);
    return this.#calls.run(options, async (ask) => {
      const args = [start, String(size + 1)];
      const [, , found] = await this.#calls.registry(ask, home, liveWorkflows, args);
      const ids = (found as string[]).slice(0, size);
      const states = await inTurns(ids, (workflowId) =>
        this.#workflows.peek(ask, { tenantId, workflowId }),
      );
      const items = states.filter((state) => state !== undefined);
      const last = ids.at(-1);
      const isLast = (found as string[]).length <= size || last === undefined;
      return isLast ? { items } : { items, cursor: encodeCursor("workflow", last) };
    });
  }

  async #tally(ask: Ask, tenantId: string, owner: string): Promise<Tally> {
    const place = this.#keys.named(tenantId, owner);
    const script = place.isWorkflow ? tally.workflow : tally.agent;
    const reply = await this.#calls.within(ask, place, script, []);
    const [, , entries, live, score] = reply as Reply & [number, string, number, number, string];
    return { owner, entries, isLive: live === 1, score };
  }
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  }
  return results;
}
