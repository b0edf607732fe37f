import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager, type AgentMemory } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { createJsonlRecords } from "@mem/records-jsonl";
import { createSession, type Claim, type SessionContext } from "@mem/session";
import type { Found, Journal, Read } from "./journal.ts";
import {
  CALL_MS,
  PLACES,
  RECORDER,
  SWEEP_MS,
  TIMEOUT_MS,
  type JoinOptions,
  type LabClaim,
  type LabMemory,
  type LabSession,
  type LabSessions,
  type Place,
} from "./lab-sessions.ts";
import { Witness } from "./witness.ts";

/** More messages than any lab adds to one session. */
const MESSAGES = 100_000;

export function openMemSessions(
  { url, records, longTerm }: LabMemory,
  journal: Journal,
): LabSessions {
  const backend =
    url === undefined ? createMemoryBackend() : createRedisBackend({ url, timeoutMs: CALL_MS });
  const witness = new Witness(backend, journal);
  const memory = new MemoryManager({
    shortTerm: witness.backend,
    records: createJsonlRecords({ dir: records }),
    ...(longTerm !== undefined && { longTerm: createJsonStore({ path: longTerm }) }),
    maxConversationHistory: MESSAGES,
    sweepInterval: SWEEP_MS / 1000,
  });
  return {
    async join(workflowId, { join, isRecorded, keepsConversation, signal }: JoinOptions) {
      const session = await createSession({
        memory,
        workflowId,
        join,
        timeout: TIMEOUT_MS / 1000,
        ...(isRecorded && { recordAs: RECORDER }),
        ...(keepsConversation === true && { keepConversation: true }),
        ...(signal !== undefined && { signal }),
        signals: true,
      });
      return new MemSession(session, witness.epochOf(workflowId));
    },
    async stats() {
      const { shortTermEntries, activeSessions } = await memory.getStats();
      return { entries: shortTermEntries, sessions: activeSessions };
    },
    close: () => memory.close(),
  };
}

class MemSession implements LabSession {
  readonly workflowId: string;
  readonly epoch: string;
  readonly created: boolean;
  readonly #session: SessionContext;

  constructor(session: SessionContext, epoch: string) {
    this.workflowId = session.workflowId;
    this.epoch = epoch;
    this.created = session.created;
    this.#session = session;
  }

  async say(message: string, text: string): Promise<number> {
    const said = { id: message, role: "user", content: text };
    return (await this.#session.addConversationMessage(said)).position;
  }

  edit(message: string, text: string): Promise<unknown> {
    return this.#session.editMessage(message, { content: text });
  }

  remove(message: string): Promise<unknown> {
    return this.#session.deleteMessage(message);
  }

  async history(limit?: number): Promise<readonly Read[]> {
    const messages = await this.#session.getConversationHistory(
      limit === undefined ? {} : { limit },
    );
    return messages.map(({ position, id, content }) => [position, id, content as string]);
  }

  save(place: Place, key: string, value: string, ttlMs?: number): Promise<unknown> {
    return this.#memory(place).save(key, value, ttlMs === undefined ? {} : { ttl: ttlMs / 1000 });
  }

  drop(place: Place, key: string): Promise<unknown> {
    return this.#memory(place).delete(key);
  }

  async entries(): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const place of PLACES) {
      for await (const { key, value } of this.#memory(place).list()) {
        found.push([place, key, value as string]);
      }
    }
    return found;
  }

  async *watch(key: string, signal: AbortSignal): AsyncIterable<string | null> {
    for await (const { entry } of this.#session.watch({ key, signal })) {
      yield entry === undefined ? null : (entry.value as string);
    }
  }

  async claim(step: string, ttlMs: number): Promise<LabClaim | undefined> {
    const claim = await this.#session.claim(step, { ttl: ttlMs / 1000 });
    return claim && new MemClaim(claim);
  }

  record(): Promise<unknown> {
    return this.#session.saveExecutionRecord(RECORDER, { status: "step" });
  }

  summary(): Promise<unknown> {
    return this.#session.getSessionSummary();
  }

  end(): Promise<unknown> {
    return this.#session.endSession();
  }

  leave(): Promise<unknown> {
    return this.#session.leave();
  }

  #memory(place: Place): AgentMemory {
    return place === "team" ? this.#session.team : this.#session.forAgent(place);
  }
}

class MemClaim implements LabClaim {
  readonly token: number;
  readonly #claim: Claim;

  constructor(claim: Claim) {
    this.token = claim.token;
    this.#claim = claim;
  }

  renew(): Promise<unknown> {
    return this.#claim.renew();
  }

  finish(): Promise<unknown> {
    return this.#claim.complete();
  }

  free(): Promise<unknown> {
    return this.#claim.release();
  }

  async say(message: string, text: string): Promise<number> {
    const said = { id: message, role: "assistant", content: text };
    return (await this.#claim.addConversationMessage(said)).position;
  }

  save(place: Place, key: string, value: string): Promise<unknown> {
    const memory = place === "team" ? this.#claim.team : this.#claim.forAgent(place);
    return memory.save(key, value);
  }
}
