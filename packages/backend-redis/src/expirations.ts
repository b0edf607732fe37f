import type { CallOptions, WorkflowState } from "@mem/core";
import type { Ask } from "./connection.ts";
import type { Reply } from "./errand.ts";
import type { KeySpace } from "./keys.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { take } from "./scripts/take.ts";
import { dueWorkflows, settle } from "./scripts/tenant.ts";
import { decodeState } from "./workflow-state.ts";

const MAX_TAKEN = 100;

/** A workflow that the registry lists as due. */
interface Due {
  readonly workflowId: string;
  readonly score: string;
}

interface Look {
  /** The state of the lifetime that was taken, if any. */
  readonly state: WorkflowState | undefined;
  /** Whether there was no lifetime at all: one may be about to start. */
  readonly isMissing: boolean;
  /** What the registry has to be told about the workflow. */
  readonly finding: readonly string[];
}

/** Takes workflows that timed out: the registry lists those that may have, and each place knows whether it has. */
export class Expirations {
  readonly #calls: PlaceCalls;
  readonly #keys: KeySpace;

  constructor(calls: PlaceCalls, keys: KeySpace) {
    this.#calls = calls;
    this.#keys = keys;
  }

  async take(tenantId: string, options: CallOptions | undefined): Promise<WorkflowState[]> {
    const home = this.#keys.registry(tenantId);
    return this.#calls.run(options, async (ask) => {
      const taken: WorkflowState[] = [];
      try {
        for (let passed = 0; ;) {
          const limit = MAX_TAKEN - taken.length;
          const page = [String(passed), String(limit)];
          const [, , found] = await this.#calls.registry(ask, home, dueWorkflows, page);
          const due = pairs(found as string[]);
          passed += await this.#lookAt(ask, tenantId, due, taken);
          if (taken.length === MAX_TAKEN || due.length < limit) return taken;
        }
      } catch (error) {
        // Return what has been taken: nobody else will be told of it.
        if (taken.length === 0) throw error;
        return taken;
      }
    });
  }

  /** Looks at due workflows and adds those that it takes to `taken`; returns how many may still be due. */
  async #lookAt(
    ask: Ask,
    tenantId: string,
    due: readonly Due[],
    taken: WorkflowState[],
  ): Promise<number> {
    const looks = await Promise.allSettled(due.map((one) => this.#look(ask, tenantId, one)));
    const done = looks.flatMap((look) => (look.status === "fulfilled" ? [look.value] : []));
    for (const { state } of done) if (state !== undefined) taken.push(state);
    // On a single server, the scripts have told the registry.
    if (this.#calls.isCluster && done.length > 0) {
      const findings = done.flatMap(({ finding }) => finding);
      await this.#calls.registry(ask, this.#keys.registry(tenantId), settle, findings);
    }
    const failed = looks.find((look) => look.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return done.filter(({ isMissing }) => isMissing).length;
  }

  async #look(ask: Ask, tenantId: string, { workflowId, score }: Due): Promise<Look> {
    const place = this.#keys.workflow({ tenantId, workflowId });
    const reply = await this.#calls.within(ask, place, take, [score]);
    const [clock, , fields, verdict, ownScore] = reply as Reply &
      [number, string, string[], string, string];
    const state = decodeState(workflowId, fields, clock + this.#calls.offset());
    const isMissing = verdict === "missing";
    return { state, isMissing, finding: [workflowId, score, verdict, ownScore] };
  }
}

function pairs(list: readonly string[]): Due[] {
  const found: Due[] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    found.push({ workflowId: list[i]!, score: list[i + 1]! });
  }
  return found;
}
