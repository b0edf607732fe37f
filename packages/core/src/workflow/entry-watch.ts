import type { Entry } from "../entry.ts";
import { throwIfAborted } from "../errors.ts";
import { publishFailure } from "../failure-channel.ts";
import type { JsonValue } from "../json.ts";
import { applySchema, keyName, keySchema } from "../memory-key.ts";
import type { Scope } from "../scope.ts";
import type { Lifetime } from "./lifetime.ts";
import type { WatchedChange, WatchOptions } from "./watched-change.ts";

const MAX_PAUSE_MS = 30_000;
/** The minimum pause between looks at an entry that has expired by this machine's clock but not by the backend's. */
const MIN_PAUSE_MS = 1000;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Iterates over the states of a key. The backend's wake-ups are hints, so it also looks now and then without one; these
 * reads keep the session alive meanwhile.
 *
 * Not a generator: its `return` would wait for the `next` that waits for a change.
 */
export class EntryWatch implements AsyncIterableIterator<WatchedChange, undefined> {
  readonly #lifetime: Lifetime;
  readonly #options: WatchOptions;
  readonly #scope: Scope;
  readonly #intervalMs: number;
  #position: string;
  /** Makes calls of `next` that do not wait for the previous answer take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #watching: Promise<AsyncDisposable> | undefined;
  #isWoken = true;
  #nextLook = 0;
  #endPause: (() => void) | undefined;
  #ended = false;

  constructor(lifetime: Lifetime, options: WatchOptions, timeoutMs: number) {
    const { agentId, after = "" } = options;
    this.#lifetime = lifetime;
    this.#options = options;
    this.#scope = agentId === undefined ? lifetime.ref : { ...lifetime.ref, agentId };
    this.#intervalMs = Math.min(timeoutMs / 3, MAX_PAUSE_MS);
    this.#position = after;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<WatchedChange, undefined>> {
    const answer = this.#turn.then(async () => this.#next());
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#ended = true;
    this.#wake();
    await this.#unsubscribe();
    return DONE;
  }

  async #next(): Promise<IteratorResult<WatchedChange, undefined>> {
    try {
      const change = await this.#change();
      return change === undefined ? DONE : { done: false, value: change };
    } catch (error) {
      // `return` was called meanwhile: nobody waits for this error.
      if (this.#ended) return DONE;
      await this.return();
      throw error;
    }
  }

  /** The next change; `undefined` once this has ended. */
  async #change(): Promise<WatchedChange | undefined> {
    while (!this.#ended) {
      // Before the first look, so that any later change is noticed.
      await this.#subscribe();
      await this.#pause();
      if (this.#ended) break;
      const change = await this.#look();
      if (change !== undefined && !this.#ended) return change;
    }
    return undefined;
  }

  async #look(): Promise<WatchedChange | undefined> {
    const { key, signal } = this.#options;
    const { shortTerm, clock } = this.#lifetime.backends;
    const name = keyName(key);
    this.#isWoken = false;
    const [entry] = await shortTerm.get(this.#scope, [name], this.#lifetime.reading(signal));
    const untilExpiry = Math.max((entry?.expiresAt ?? Infinity) - clock.now(), MIN_PAUSE_MS);
    this.#nextLook = clock.monotonic() + Math.min(this.#intervalMs, untilExpiry);
    const position = entry?.version ?? "";
    if (position === this.#position) return undefined;
    const change = { key: name, position, ...(entry && { entry: await this.#validated(entry) }) };
    this.#position = position;
    return change;
  }

  async #validated(entry: Entry): Promise<Entry> {
    const schema = keySchema(this.#options.key);
    if (schema === undefined) return entry;
    return { ...entry, value: (await applySchema(schema, entry.value, "value")) as JsonValue };
  }

  /** Waits until it is woken, or the next look is due. */
  async #pause(): Promise<void> {
    const { clock } = this.#lifetime.backends;
    while (!this.#isWoken && !this.#ended) {
      const left = this.#nextLook - clock.monotonic();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.schedule(left, resolve);
        this.#endPause = () => {
          cancel();
          resolve();
        };
      });
    }
  }

  readonly #wake = (): void => {
    this.#isWoken = true;
    this.#endPause?.();
  };

  async #subscribe(): Promise<void> {
    const { signal } = this.#options;
    throwIfAborted(signal);
    if (this.#watching === undefined) {
      const { backends, ref } = this.#lifetime;
      const call = signal === undefined ? {} : { signal };
      signal?.addEventListener("abort", this.#onAbort, { once: true });
      backends.waiting.add(this.#wake);
      this.#watching = backends.shortTerm.watchWorkflow(ref, this.#wake, call);
    }
    await this.#watching;
  }

  /** Unsubscribes even if nobody asks for the next change. */
  readonly #onAbort = (): void => {
    this.#wake();
    void this.#unsubscribe();
  };

  async #unsubscribe(): Promise<void> {
    const watching = this.#watching;
    this.#watching = undefined;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#lifetime.backends.waiting.delete(this.#wake);
    // If subscribing failed, the caller of `next` got the error.
    const watched = await watching?.catch(() => undefined);
    try {
      await watched?.[Symbol.asyncDispose]();
    } catch (error) {
      publishFailure("stop watching a session", error);
    }
  }
}
