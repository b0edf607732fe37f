import {
  compareCodePoints,
  decodeParts,
  MemoryError,
  type AgentActivity,
  type CallOptions,
  type EndedWorkflow,
  type JsonObject,
  type StartedWorkflow,
  type WorkflowEnd,
  type WorkflowRef,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import type { Ask } from "./connection.ts";
import { encodeId, parseStored } from "./envelope.ts";
import type { KeySpace, Place } from "./keys.ts";
import type { Reply } from "./errand.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { unreadable } from "./redis-errors.ts";
import { endWorkflow } from "./scripts/end-workflow.ts";
import { getWorkflow } from "./scripts/get-workflow.ts";
import { startWorkflow } from "./scripts/start-workflow.ts";
import { Versions } from "./versions.ts";

/** The lifetimes of workflows. */
export class Workflows {
  readonly #calls: PlaceCalls;
  readonly #keys: KeySpace;
  readonly #epochs = new Versions();

  constructor(calls: PlaceCalls, keys: KeySpace) {
    this.#calls = calls;
    this.#keys = keys;
  }

  async start(
    ref: WorkflowRef,
    { opId, timeoutMs, metadata, join }: WorkflowStart,
    options: CallOptions | undefined,
  ): Promise<StartedWorkflow> {
    const op = encodeId(opId, "start.opId");
    const args = [this.#epochs.next(), op, String(timeoutMs), JSON.stringify(metadata), join];
    const place = this.#keys.workflow(ref);
    return this.#calls.run(options, async (ask, call) => {
      const reply = await this.#calls.inTurn(ask, call, place, startWorkflow, args);
      const [, status, created, fields] = reply;
      if (status === "EXISTS") {
        const message = "the workflow is live already: join it, or take another id";
        throw new MemoryError("MEM_SESSION_EXISTS", message);
      }
      if (status === "MISSING") {
        throw new MemoryError("MEM_NOT_FOUND", "there is no live workflow to join");
      }
      const state = decodeState(ref.workflowId, fields as string[]);
      return { ...(state as WorkflowState), created: created === 1 };
    });
  }

  async get(
    ref: WorkflowRef,
    options: CallOptions | undefined,
  ): Promise<WorkflowState | undefined> {
    return this.#calls.aside(this.#keys.workflow(ref), options, async (ask) => {
      const [, , fields] = await ask(getWorkflow, []);
      return decodeState(ref.workflowId, fields as string[]);
    });
  }

  /** The state of a workflow within a call that asks for many. */
  async peek(ask: Ask, ref: WorkflowRef): Promise<WorkflowState | undefined> {
    const reply = await this.#calls.within(ask, this.#keys.workflow(ref), getWorkflow, []);
    return decodeState(ref.workflowId, reply[2] as string[]);
  }

  async end(
    ref: WorkflowRef,
    { epoch, keepData }: WorkflowEnd,
    options: CallOptions | undefined,
  ): Promise<EndedWorkflow | undefined> {
    const place = this.#keys.workflow(ref);
    // An epoch that is no epoch ends nothing; without one, whatever is there is ended.
    const args = [epoch === undefined ? "" : `=${epoch}`, keepData === true ? "1" : ""];
    return this.#calls.run(options, async (ask, call) => {
      const reply = await this.#calls.inTurn(ask, call, place, endWorkflow, args);
      if (reply[1] === "NONE") return undefined;
      const [, , fields, entries, logItems, ...scores] = reply as Reply &
        [number, string, string[], number, number, string, string];
      await this.#forget(ask, place, scores as [string, string]);
      const state = decodeState(ref.workflowId, fields);
      return { ...(state !== undefined && { state }), entries, logItems };
    });
  }

  /** In a Cluster, takes the workflow out of the registry after its data is gone; else the script has done it. */
  async #forget(ask: Ask, place: Place, [life, own]: readonly [string, string]): Promise<void> {
    const args: string[] = [];
    if (life !== "") args.push(`l:${place.owner.slice(2)}`, life);
    if (own !== "") args.push(place.owner, own);
    await this.#calls.forget(ask, place.registry, args);
  }
}

/** The state from the fields of its hash; nothing where there are none. */
function decodeState(workflowId: string, fields: readonly string[]): WorkflowState | undefined {
  if (fields.length === 0) return undefined;
  const state = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) state.set(fields[i]!, fields[i + 1]!);
  const text = (name: string): string => {
    const value = state.get(name);
    if (value === undefined) throw unreadable("MEM_CORRUPT");
    return value;
  };
  const activity = [...state].flatMap(([name, counts]) =>
    name.startsWith("a:") ? [decodeActivity(name.slice(2), counts)] : [],
  );
  return {
    workflowId,
    epoch: text("epoch"),
    startedAt: Number(text("started")),
    expiresAt: Number(text("expires")),
    timeoutMs: Number(text("timeout")),
    metadata: parseStored(text("metadata")) as JsonObject,
    activity: activity.toSorted((a, b) => compareCodePoints(a.agentId, b.agentId)),
  };
}

function decodeActivity(name: string, counts: string): AgentActivity {
  const [operations = 0, messages = 0, records = 0, errors = 0, firstAt = 0, lastAt = 0] = counts
    .split(" ")
    .map(Number);
  const agentId = decodeParts(name)[0] ?? "";
  return { agentId, operations, messages, records, errors, firstAt, lastAt };
}
