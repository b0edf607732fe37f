import {
  MemoryError,
  type CallOptions,
  type EndedWorkflow,
  type StartedWorkflow,
  type WorkflowEnd,
  type WorkflowRef,
  type WorkflowSize,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import type { Ask } from "./connection.ts";
import { encodeId } from "./envelope.ts";
import type { KeySpace } from "./keys.ts";
import type { Reply } from "./errand.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { endWorkflow } from "./scripts/end-workflow.ts";
import { getWorkflow } from "./scripts/get-workflow.ts";
import { workflowSize } from "./scripts/size.ts";
import { startWorkflow } from "./scripts/start-workflow.ts";
import { Versions } from "./versions.ts";
import { decodeState } from "./workflow-state.ts";

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
      const [, status, created, fields, before] = reply;
      if (status === "EXISTS") {
        const message = "the workflow is live already: join it, or take another id";
        throw new MemoryError("MEM_SESSION_EXISTS", message);
      }
      if (status === "MISSING") {
        throw new MemoryError("MEM_NOT_FOUND", "there is no live workflow to join");
      }
      const state = this.#decode(ref, reply, fields);
      const expired = this.#decode(ref, reply, before);
      return {
        ...(state as WorkflowState),
        created: created === 1,
        ...(expired !== undefined && { expired }),
      };
    });
  }

  async get(
    ref: WorkflowRef,
    options: CallOptions | undefined,
  ): Promise<WorkflowState | undefined> {
    return this.#calls.aside(this.#keys.workflow(ref), options, async (ask) => {
      const reply = await ask(getWorkflow, []);
      return this.#decode(ref, reply, reply[2]);
    });
  }

  /** Returns the state of a workflow, within a call that asks for many. */
  async peek(ask: Ask, ref: WorkflowRef): Promise<WorkflowState | undefined> {
    const reply = await this.#calls.within(ask, this.#keys.workflow(ref), getWorkflow, []);
    return this.#decode(ref, reply, reply[2]);
  }

  async size(
    ref: WorkflowRef,
    options: CallOptions | undefined,
  ): Promise<WorkflowSize | undefined> {
    return this.#calls.aside(this.#keys.workflow(ref), options, async (ask) => {
      const [, status, entries, logItems, bytes] = await ask(workflowSize, []);
      if (status === "NONE") return undefined;
      return { entries, logItems, bytes } as WorkflowSize;
    });
  }

  async end(
    ref: WorkflowRef,
    { epoch, keepData }: WorkflowEnd,
    options: CallOptions | undefined,
  ): Promise<EndedWorkflow | undefined> {
    const place = this.#keys.workflow(ref);
    // The equals sign tells an empty epoch, which ends nothing, from none, which ends whatever is there.
    const args = [epoch === undefined ? "" : `=${epoch}`, keepData === true ? "1" : ""];
    return this.#calls.run(options, async (ask, call) => {
      const reply = await this.#calls.inTurn(ask, call, place, endWorkflow, args);
      if (reply[1] === "NONE") return undefined;
      const [, , fields, entries, logItems, ...named] = reply as unknown as [
        number,
        string,
        string[],
        number,
        number,
        ...string[],
      ];
      // In a Cluster, the registry removes it after its data is gone; otherwise the script has done so.
      await this.#calls.forget(ask, place.registry, named);
      const state = this.#decode(ref, reply, fields);
      return { ...(state !== undefined && { state }), entries, logItems };
    });
  }

  #decode({ workflowId }: WorkflowRef, [clock]: Reply, fields: unknown): WorkflowState | undefined {
    return decodeState(workflowId, fields as string[], clock + this.#calls.offset());
  }
}
