import { completeRecord, type RecordRules } from "../complete-record.ts";
import { notConfigured } from "../checks.ts";
import { isMemoryError, MemoryError } from "../errors.ts";
import { publishFailure } from "../failure-channel.ts";
import type { ExecutionRecord, RecordStore } from "../record-store.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";
import { publishSession } from "./session-channel.ts";
import { summarizeSession } from "./session-summary.ts";
import { settingsOf, withoutSettings } from "./workflow-settings.ts";

/**
 * Reports sessions that timed out: on the channel `mem:session`, and in the audit trail if they are recorded. The
 * backend reports each one only to this process, so a record that can't be stored now is stored later.
 */
export class ExpiredSessions {
  readonly #rules: RecordRules;
  readonly #records: RecordStore | undefined;
  /** Records that are still to be stored. */
  #waiting: ExecutionRecord[] = [];
  #storing: Promise<unknown> = Promise.resolve();

  constructor(parts: RecordRules & { readonly records: RecordStore | undefined }) {
    this.#rules = parts;
    this.#records = parts.records;
  }

  /** Never rejects; what fails is published on the channel `mem:failure`. */
  async tell(tenantId: string, states: readonly WorkflowState[]): Promise<void> {
    const records = states.flatMap((state) => this.#recordOf(tenantId, state) ?? []);
    for (const state of states) {
      publishSession({ event: "expired", tenantId, state: withoutSettings(state) });
    }
    await this.#inTurn(async () => {
      await this.#storeWaiting();
      if (records.length > 0) await this.#store(records);
    });
  }

  /** Stores the waiting records. Resolves to whether none is left. */
  async catchUp(): Promise<boolean> {
    await this.#inTurn(async () => this.#storeWaiting());
    return this.#waiting.length === 0;
  }

  #recordOf(tenantId: string, expired: WorkflowState): ExecutionRecord | undefined {
    const { recordAs: agentId } = settingsOf(expired);
    if (agentId === undefined) return undefined;
    try {
      if (this.#records === undefined) throw notConfigured("execution records", "records");
      return timeoutRecord(this.#rules, tenantId, agentId, withoutSettings(expired));
    } catch (error) {
      publishFailure("record a session that timed out", error);
      return undefined;
    }
  }

  async #store(records: readonly ExecutionRecord[]): Promise<void> {
    try {
      await this.#records?.append(records);
    } catch (error) {
      this.#failed(records, error);
    }
  }

  async #storeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const record of waiting) {
      // After one failure, the others are not tried.
      if (this.#waiting.length > 0) this.#waiting.push(record);
      else await this.#storeAgain(record);
    }
  }

  async #storeAgain(record: ExecutionRecord): Promise<void> {
    try {
      // It may have been stored even though the store's answer was lost.
      if (!(await this.#isStored(record))) await this.#records?.append([record]);
    } catch (error) {
      this.#failed([record], error);
    }
  }

  async #isStored({ id, agentId, tenantId }: ExecutionRecord): Promise<boolean> {
    let cursor: string | undefined;
    do {
      const from = cursor === undefined ? {} : { cursor };
      const query = { id, agentId, order: "newest", limit: 1, ...from } as const;
      const page = await this.#records?.query(tenantId, query);
      if (page !== undefined && page.items.length > 0) return true;
      cursor = page?.cursor;
    } while (cursor !== undefined);
    return false;
  }

  #failed(records: readonly ExecutionRecord[], error: unknown): void {
    publishFailure("record a session that timed out", error);
    if (!isMemoryError(error) || error.retryable) this.#waiting.push(...records);
  }

  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#storing.then(task);
    this.#storing = turn;
    await turn;
  }
}

function timeoutRecord(
  rules: RecordRules,
  tenantId: string,
  agentId: string,
  state: WorkflowState,
): ExecutionRecord {
  const summary = summarizeSession(tenantId, state, { ended: {} });
  const { workflowId, metadata, epoch } = state;
  return completeRecord(rules, tenantId, agentId, {
    workflowId,
    status: "cancelled",
    error: new MemoryError(
      "MEM_SESSION_ENDED",
      `the session timed out: nobody used it for ${summary.timeout} s`,
    ),
    output: summary,
    durationMs: summary.durationMs,
    // As in the record of its start.
    metadata: { ...metadata, runId: epoch },
  });
}
