import type { AgentMemory } from "../agent-memory.ts";
import type { Backends } from "../backends.ts";
import { Conversation } from "../conversation/conversation.ts";
import { KeptConversation } from "../conversation/kept-conversation.ts";
import { throwIfAborted } from "../errors.ts";
import type { ActivityKind, CallOptions, ClaimRef } from "../keyed-store.ts";
import { Router } from "../router.ts";
import { checkId, type WorkflowRef } from "../scope.ts";
import { ScopedMemory } from "../scoped-memory.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";

/** What the calls of one member have in common: their lifetime, and the claim that writes require. */
export class Lifetime {
  readonly backends: Backends;
  readonly ref: WorkflowRef;
  readonly epoch: string;
  readonly startedAt: number;
  readonly keepsConversation: boolean;
  readonly claim: ClaimRef | undefined;

  constructor(
    backends: Backends,
    ref: WorkflowRef,
    { epoch, startedAt }: Pick<WorkflowState, "epoch" | "startedAt">,
    keepsConversation: boolean,
    claim?: ClaimRef,
  ) {
    this.backends = backends;
    this.ref = ref;
    this.epoch = epoch;
    this.startedAt = startedAt;
    this.keepsConversation = keepsConversation;
    this.claim = claim;
  }

  /** The same lifetime, with a claim that writes require. */
  claimed(claim: ClaimRef): Lifetime {
    return new Lifetime(this.backends, this.ref, this, this.keepsConversation, claim);
  }

  // Made on demand, so that an unused session takes no memory for them.

  get conversation(): Conversation {
    return new Conversation(this.backends, this.ref);
  }

  get kept(): KeptConversation {
    return new KeptConversation(this.backends, this.ref);
  }

  /** The memory that all agents share. */
  team(): AgentMemory {
    return new ScopedMemory(this.#router({ scope: this.ref, searchScope: this.ref }));
  }

  /** The memory of one agent; its search also finds what the agent stored in other workflows. */
  forAgent(agentId: string): AgentMemory {
    const scope = { ...this.ref, agentId: checkId(agentId, "agentId") };
    const searchScope = { tenantId: this.ref.tenantId, agentIds: [agentId] };
    return new ScopedMemory(this.#router({ scope, searchScope }));
  }

  /** Ties a call that changes nothing to the lifetime. */
  reading(signal?: AbortSignal): CallOptions {
    return this.counting(undefined, undefined, signal);
  }

  /** Ties a call that changes something to the lifetime, and to the claim if there is one. */
  writing(activity?: ActivityKind, agentId?: string, signal?: AbortSignal): CallOptions {
    const { claim } = this;
    const call = this.counting(activity, agentId, signal);
    if (claim === undefined || call.session === undefined) return call;
    return { ...call, session: { ...call.session, claim } };
  }

  /** Ties a call to the lifetime and counts it. */
  counting(
    activity: ActivityKind | undefined,
    agentId: string | undefined,
    signal?: AbortSignal,
  ): CallOptions {
    throwIfAborted(signal);
    return {
      session: {
        epoch: this.epoch,
        ...(activity !== undefined && { activity }),
        ...(agentId !== undefined && { agentId }),
      },
      ...(signal !== undefined && { signal }),
    };
  }

  #router(place: Pick<Router["place"], "scope" | "searchScope">): Router {
    const { backends, epoch, claim } = this;
    return new Router(backends, {
      ...place,
      ttlMs: "session",
      epoch,
      ...(claim !== undefined && { claim }),
    });
  }
}
