import {
  checkId,
  decodeParts,
  MemoryError,
  type CallOptions,
  type ClaimChange,
  type ClaimRequest,
  type WorkflowClaim,
  type WorkflowRef,
} from "@mem/core";
import { encodeId } from "./envelope.ts";
import type { KeySpace } from "./keys.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { unreadable } from "./redis-errors.ts";
import { changeClaim } from "./scripts/change-claim.ts";
import { claim } from "./scripts/claim.ts";

/** Claims on the steps of a workflow. Each method makes one trip to the server. */
export class Claims {
  readonly #calls: PlaceCalls;
  readonly #keys: KeySpace;

  constructor(calls: PlaceCalls, keys: KeySpace) {
    this.#calls = calls;
    this.#keys = keys;
  }

  async claim(
    ref: WorkflowRef,
    { step, ttlMs, agentId, opId }: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined> {
    checkTied(options);
    const args = [
      encodeName(step, "request.step"),
      String(ttlMs),
      encodeName(opId, "request.opId"),
      agentId === undefined ? "" : encodeName(agentId, "request.agentId"),
    ];
    return this.#calls.aside(this.#keys.workflow(ref), options, async (ask) => {
      const [, , made] = await ask(claim, args);
      return made === "" ? undefined : decodeClaim(step, made as string);
    });
  }

  async change(
    ref: WorkflowRef,
    change: ClaimChange,
    options: CallOptions,
  ): Promise<WorkflowClaim> {
    checkTied(options);
    const { step, token, to } = change;
    const ttl = to === "renewed" ? String(change.ttlMs) : "";
    const args = [encodeName(step, "change.step"), String(token), to, ttl];
    return this.#calls.aside(this.#keys.workflow(ref), options, async (ask) => {
      const [, , changed] = await ask(changeClaim, args);
      return decodeClaim(step, changed as string);
    });
  }
}

/** Decodes a claim from its field of the state; `name` is the encoded step. */
export function decodeClaimField(name: string, stored: string): WorkflowClaim {
  return decodeClaim(decodeURIComponent(name), stored);
}

function decodeClaim(step: string, stored: string): WorkflowClaim {
  const [, token, claimedAt, ends, agent] =
    /^(\d+) (\d+) (\w+) \S+ (\S*)$/.exec(stored) ?? raise(unreadable("MEM_CORRUPT"));
  const [agentId] = decodeParts(agent as string);
  return {
    step,
    token: Number(token),
    ...(agentId !== undefined && { agentId }),
    claimedAt: Number(claimedAt),
    ...(ends !== "done" && { expiresAt: Number(ends) }),
    isDone: ends === "done",
  };
}

function encodeName(name: string, path: string): string {
  return encodeId(checkId(name, path), path);
}

function checkTied(options: CallOptions | undefined): void {
  if (options?.session !== undefined) return;
  const message = "options.session is missing: claims are made within a session";
  throw new MemoryError("MEM_INVALID_ARGUMENT", message, { path: "options.session" });
}

function raise(error: MemoryError): never {
  throw error;
}
