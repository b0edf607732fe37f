import type { Clock } from "../clock.ts";
import { publishFailure } from "../failure-channel.ts";
import type { ShortTermBackend } from "../short-term-backend.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";
import type { ExpiredSessions } from "./expired-sessions.ts";
import { isSessionHeardOf } from "./session-channel.ts";

/** The most that `takeExpired` returns at once. */
const PAGE = 100;

/**
 * Checks now and then for sessions that timed out, in every tenant whose sessions this process uses, with a single
 * timer.
 */
export class SessionSweeper {
  readonly #shortTerm: ShortTermBackend;
  readonly #clock: Clock;
  readonly #intervalMs: number | null;
  readonly #expired: ExpiredSessions;
  /** How many times `watchOver` was called for each. */
  readonly #tenants = new Map<string, number>();
  #cancelTimer: (() => void) | undefined;
  #sweeping: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    parts: {
      readonly shortTerm: ShortTermBackend;
      readonly clock: Clock;
      readonly sweepIntervalMs: number | null;
    },
    expired: ExpiredSessions,
  ) {
    this.#shortTerm = parts.shortTerm;
    this.#clock = parts.clock;
    this.#intervalMs = parts.sweepIntervalMs;
    this.#expired = expired;
  }

  /**
   * Checks the tenant from now on, as long as it has live sessions. Memory that no other process shares frees its
   * sessions by itself: there, this checks only if a timeout has to be reported to somebody.
   */
  watchOver(tenantId: string, isRecorded: boolean): void {
    if (this.#intervalMs === null) return;
    if (!isRecorded && !this.#shortTerm.capabilities.shared && !isSessionHeardOf()) return;
    this.#tenants.set(tenantId, (this.#tenants.get(tenantId) ?? 0) + 1);
    this.#arm();
  }

  /** Stops, and waits for a running sweep. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    await this.#sweeping;
    await this.#expired.catchUp();
  }

  #arm(): void {
    if (this.#isClosed || this.#intervalMs === null) return;
    if (this.#cancelTimer !== undefined || this.#sweeping !== undefined) return;
    this.#cancelTimer = this.#clock.schedule(this.#intervalMs, () => {
      this.#cancelTimer = undefined;
      this.#sweeping = this.#sweep();
    });
  }

  async #sweep(): Promise<void> {
    // Earlier timeouts come first: while they can't be recorded, new ones are left to other processes.
    if (await this.#expired.catchUp()) {
      for (const tenantId of this.#tenants.keys()) {
        if (!this.#isClosed) await this.#sweepTenant(tenantId);
      }
    }
    this.#sweeping = undefined;
    if (this.#tenants.size > 0) this.#arm();
  }

  async #sweepTenant(tenantId: string): Promise<void> {
    try {
      const starts = this.#tenants.get(tenantId);
      // Read first: a session that is not live now has expired by the time of the next call.
      const { workflows } = await this.#shortTerm.stats(tenantId);
      let expired: readonly WorkflowState[];
      do {
        expired = await this.#shortTerm.takeExpired(tenantId);
        await this.#expired.tell(tenantId, expired);
      } while (expired.length >= PAGE && !this.#isClosed);
      const isIdle = workflows === 0 && expired.length < PAGE;
      if (isIdle && this.#tenants.get(tenantId) === starts) this.#tenants.delete(tenantId);
    } catch (error) {
      publishFailure("look for sessions that timed out", error);
    }
  }
}
