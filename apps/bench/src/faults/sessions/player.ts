import { setTimeout as delay } from "node:timers/promises";
import { isMemoryError } from "@mem/core";
import type { Call, Journal, Result } from "./journal.ts";
import { PLACES, type LabClaim, type LabSession, type Place } from "./lab-sessions.ts";
import { markOf, messageId, relayOf, textOf } from "./marks.ts";

/** Few, so that many members wait for the same one. */
const STEPS = ["plan", "write", "check"] as const;
const LONGEST_REST_MS = 12;
/** Short, so that claims lapse while they are held, now and then. */
const CLAIM_MS = 60;
/** Entries that expire before their session ends, and entries that would outlive it. */
const SHORT_TTL_MS = 200;
const LONG_TTL_MS = 3_600_000;
const TRIES = 5;
/** The number of further calls that are tried with a session after its end. */
const AFTERWARDS = 12;

const MEM_MIX = {
  say: 8,
  edit: 2,
  remove: 1,
  save: 5,
  drop: 1,
  look: 2,
  work: 3,
  note: 1,
  relay: 2,
};
const RAW_MIX = {
  say: 8,
  edit: 0,
  remove: 0,
  save: 5,
  drop: 1,
  look: 2,
  work: 3,
  note: 0,
  relay: 0,
};
type Action = keyof typeof MEM_MIX;

interface Held {
  readonly step: string;
  readonly token: number;
  readonly claim: LabClaim;
}

/** One of the lanes in which a member works: does what agents do in a session, as long as it lives. */
export class Player {
  readonly #name: string;
  readonly #session: LabSession;
  readonly #journal: Journal;
  readonly #random: () => number;
  readonly #choices: readonly Action[];
  #next = 0;
  /** The messages that it added, and how often each was edited. */
  readonly #said = new Map<string, number>();
  readonly #saved: (readonly [Place, string])[] = [];
  #left = Infinity;

  constructor(
    name: string,
    session: LabSession,
    { journal, random, isRaw }: { journal: Journal; random: () => number; isRaw: boolean },
  ) {
    this.#name = name;
    this.#session = session;
    this.#journal = journal;
    this.#random = random;
    this.#choices = Object.entries(isRaw ? RAW_MIX : MEM_MIX).flatMap(([action, weight]) =>
      Array.from({ length: weight }, () => action as Action),
    );
  }

  async play(isResting: () => boolean): Promise<void> {
    while (!isResting() && this.#left-- > 0) {
      await this.#actions[this.#pick(this.#choices)]().catch(() => undefined);
      await delay(this.#random() * LONGEST_REST_MS);
    }
  }

  readonly #actions: Readonly<Record<Action, () => Promise<unknown>>> = {
    say: () => this.#say(),
    edit: () => this.#edit(),
    remove: () => this.#remove(),
    save: () => this.#save(),
    drop: () => this.#drop(),
    look: () => this.#look(),
    work: () => this.#work(),
    note: () => this.#note(),
    relay: () => this.#relay(),
  };

  /** If the answer was lost, the member says it once more. */
  async #say(held?: Held): Promise<void> {
    const message = messageId(`${this.#name}.${this.#next++}`, held);
    const text = textOf(this.#session.epoch, message, 0);
    const to = held?.claim ?? this.#session;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#told({ kind: "say", message }, () => to.say(message, text), position);
        if (held === undefined) this.#said.set(message, 0);
        return;
      } catch (error) {
        if (attempt === TRIES || isRefused(error)) throw error;
        await delay(this.#random() * 2 * LONGEST_REST_MS);
      }
    }
  }

  async #edit(): Promise<void> {
    const message = this.#pick([...this.#said.keys()]);
    if (message === undefined) return;
    const edits = (this.#said.get(message) as number) + 1;
    // Also if the answer is lost: the same number never stands for two texts.
    this.#said.set(message, edits);
    const text = textOf(this.#session.epoch, message, edits);
    await this.#told({ kind: "edit", message, edits }, () => this.#session.edit(message, text));
  }

  async #remove(): Promise<void> {
    const message = this.#pick([...this.#said.keys()]);
    if (message === undefined) return;
    this.#said.delete(message);
    await this.#told({ kind: "remove", message }, () => this.#session.remove(message));
  }

  async #save(): Promise<void> {
    const mark = markOf(this.#session.epoch);
    const isNew = this.#saved.length === 0 || this.#random() < 0.5;
    const [place, key] = isNew
      ? ([this.#pick(PLACES), `${mark}-${this.#name}.${this.#next}`] as const)
      : this.#pick(this.#saved);
    const value = `${mark} ${this.#name}.${this.#next++}`;
    const chance = this.#random();
    const ttlMs = chance < 0.6 ? undefined : chance < 0.8 ? SHORT_TTL_MS : LONG_TTL_MS;
    if (isNew) this.#saved.push([place, key]);
    await this.#told(
      { kind: "save", place, key, value, ...(ttlMs !== undefined && { ttlMs }) },
      () => this.#session.save(place, key, value, ttlMs),
    );
  }

  async #drop(): Promise<void> {
    const saved = this.#pick(this.#saved);
    if (saved === undefined) return;
    const [place, key] = saved;
    await this.#told({ kind: "drop", place, key }, () => this.#session.drop(place, key));
  }

  async #look(): Promise<void> {
    const limit = this.#random() < 0.5 ? 10 : undefined;
    await this.#told(
      { kind: "history", ...(limit !== undefined && { limit }) },
      () => this.#session.history(limit),
      (read) => ({ read }),
    );
  }

  /**
   * Does a step of the workflow: claims it, works on it, sometimes for longer than it is held, and gives it up in some
   * way.
   */
  async #work(): Promise<void> {
    const step = this.#pick(STEPS);
    const claim = await this.#told(
      { kind: "claim", step, ttlMs: CLAIM_MS },
      () => this.#session.claim(step, CLAIM_MS),
      (claimed) => (claimed === undefined ? {} : { token: claimed.token }),
    );
    if (claim === undefined) return;
    const { token } = claim;
    const held = { step, token };
    for (let i = this.#random() * 4; i > 1; i--) {
      await delay(this.#random() * 2 * CLAIM_MS);
      if (this.#random() < 0.3) {
        const renew = { kind: "renew", ...held, ttlMs: CLAIM_MS } as const;
        await this.#told(renew, () => claim.renew());
      }
      await this.#say({ ...held, claim });
      const key = `${markOf(this.#session.epoch)}-${step}-${token}.${this.#next}`;
      const value = `${markOf(this.#session.epoch)} ${this.#name}.${this.#next++}`;
      const save = { kind: "save", place: "team", key, value, claim: held } as const;
      await this.#told(save, () => claim.save("team", key, value));
    }
    const chance = this.#random();
    if (chance < 0.05) await this.#told({ kind: "finish", ...held }, () => claim.finish());
    else if (chance < 0.5) await this.#told({ kind: "free", ...held }, () => claim.free());
  }

  async #note(): Promise<void> {
    if (this.#random() < 0.5) await this.#told({ kind: "summary" }, () => this.#session.summary());
    else await this.#told({ kind: "record" }, () => this.#session.record());
  }

  async #relay(): Promise<void> {
    const key = relayOf(this.#session.epoch);
    const value = `${markOf(this.#session.epoch)} ${this.#name}.${this.#next++}`;
    const save = { kind: "save", place: "team", key, value } as const;
    await this.#told(save, () => this.#session.save("team", key, value));
  }

  async #told<T>(
    call: Call,
    run: () => Promise<T>,
    result: (value: T) => Result = () => ({}),
  ): Promise<T> {
    try {
      return await this.#journal.tell(call, this.#session.epoch, run, result);
    } catch (error) {
      const isOver = isMemoryError(error, "MEM_SESSION_ENDED");
      if (isOver && this.#left === Infinity) this.#left = AFTERWARDS;
      throw error;
    }
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}

function position(at: number): Result {
  return { position: at };
}

/** Whether another try is pointless. */
function isRefused(error: unknown): boolean {
  return isMemoryError(error) && !error.retryable && error.outcome !== "unknown";
}
