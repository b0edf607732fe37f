import { isMemoryError, publishFailure, type CallOptions } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import type { Call } from "./call.ts";
import type { Ask } from "./connection.ts";
import type { Place } from "./keys.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { fromReply, isErrorReply, unavailable, withoutArguments } from "./redis-errors.ts";
import { watch } from "./scripts/watch.ts";
import { Subscriber } from "./subscriber.ts";

/** For how long scripts publish changes, and how often that is renewed. */
const WATCHED_MS = 60_000;
const RENEWAL_MS = 30_000;
const RECONNECT_MS = 200;

/** One for each call of `watch`, because the same function may be given twice. */
interface Watcher {
  readonly wake: () => void;
}

interface Watched {
  readonly place: Place;
  readonly watchers: Set<Watcher>;
}

/**
 * Knows who waits for changes of which workflow. Scripts publish a change only while its workflow is marked as watched,
 * on a channel of its own. One connection hears all workflows watched here, and is open only as long as needed.
 */
export class Watches {
  readonly #calls: PlaceCalls;
  readonly #subscriber: Subscriber;
  /** Identifies its marks: others may watch the same workflow. */
  readonly #id: string = crypto.randomUUID();
  /** By channel. */
  readonly #watched = new Map<string, Watched>();
  /** Whether it has been reported that changes can't be heard. */
  #isDeaf = false;
  #renewal: NodeJS.Timeout | undefined;
  #reconnection: NodeJS.Timeout | undefined;

  constructor(calls: PlaceCalls, client: Redis | Cluster) {
    this.#calls = calls;
    this.#subscriber = new Subscriber(client, {
      heard: (channel, message) => this.#heard(channel, message),
      interrupted: () => this.#reconnectLater(),
    });
  }

  watch(
    place: Place,
    wake: () => void,
    options: Pick<CallOptions, "signal"> | undefined,
  ): Promise<AsyncDisposable> {
    return this.#calls.run(options, async (ask, call) => {
      const watcher = { wake };
      this.#add(place, watcher);
      try {
        await this.#mark(ask, place, WATCHED_MS);
        await asLongAs(call, this.#subscribe([channelOf(place)]));
      } catch (error) {
        // Not awaited: the call has had its time.
        void this.#leave(place, watcher);
        throw error;
      }
      return { [Symbol.asyncDispose]: () => this.#leave(place, watcher) };
    });
  }

  end(): void {
    this.#watched.clear();
    this.#rest();
  }

  #add(place: Place, watcher: Watcher): void {
    const watched = this.#watched.get(channelOf(place)) ?? { place, watchers: new Set() };
    watched.watchers.add(watcher);
    this.#watched.set(channelOf(place), watched);
    this.#renewal ??= setInterval(() => void this.#renew(), RENEWAL_MS).unref();
  }

  async #leave(place: Place, watcher: Watcher): Promise<void> {
    const channel = channelOf(place);
    const watched = this.#watched.get(channel);
    if (watched?.watchers.delete(watcher) !== true || watched.watchers.size > 0) return;
    this.#watched.delete(channel);
    if (this.#watched.size === 0) this.#rest();
    else this.#subscriber.unsubscribe(channel);
    try {
      await this.#calls.run(undefined, (ask) => this.#mark(ask, place, 0));
    } catch (error) {
      // A superfluous mark is harmless and lapses by itself.
      if (!isMemoryError(error)) throw error;
    }
  }

  #rest(): void {
    clearInterval(this.#renewal);
    clearTimeout(this.#reconnection);
    this.#renewal = undefined;
    this.#reconnection = undefined;
    this.#subscriber.end();
  }

  async #mark(ask: Ask, place: Place, forMs: number, again: "" | "1" = ""): Promise<void> {
    await this.#calls.within(ask, place, watch, [this.#id, String(forMs), again]);
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    try {
      await this.#subscriber.subscribe(channels);
    } catch (error) {
      if (isErrorReply(error)) throw fromReply(error);
      const cause = error instanceof Error ? withoutArguments(error) : error;
      throw unavailable("the connection for changes could not be made", { cause });
    }
  }

  /** Marks and subscribes again, which also restores what was lost; `false` if that failed. */
  async #renew(all: readonly Watched[] = [...this.#watched.values()]): Promise<boolean> {
    try {
      await this.#calls.run(undefined, async (ask, call) => {
        await Promise.all(all.map(({ place }) => this.#mark(ask, place, WATCHED_MS, "1")));
        const channels = all.map(({ place }) => channelOf(place));
        const watched = channels.filter((channel) => this.#watched.has(channel));
        if (watched.length > 0) await asLongAs(call, this.#subscribe(watched));
      });
      this.#isDeaf = false;
      return true;
    } catch (error) {
      if (!isMemoryError(error)) throw error;
      const isWanted = all.some(({ place }) => this.#watched.has(channelOf(place)));
      // Reported once, however often it is tried again.
      if (isWanted && !this.#isDeaf) publishFailure("watch workflows on Redis", error);
      this.#isDeaf = isWanted;
      // A silent connection may be dead without anybody noticing.
      this.#subscriber.end();
      this.#reconnectLater();
      return false;
    }
  }

  #heard(channel: string, message: string): void {
    const watched = this.#watched.get(channel);
    if (watched === undefined) return;
    wakeAll(watched);
    // The end of a lifetime removes its mark, so changes of its successor are not published until it is marked again.
    if (message === "start") void this.#renew([watched]).then(() => wakeAll(watched));
  }

  #reconnectLater(): void {
    if (this.#watched.size === 0 || this.#reconnection !== undefined) return;
    this.#reconnection = setTimeout(() => void this.#reconnect(), RECONNECT_MS).unref();
  }

  async #reconnect(): Promise<void> {
    this.#reconnection = undefined;
    // Messages published in the meantime were not heard.
    if (await this.#renew()) for (const watched of this.#watched.values()) wakeAll(watched);
  }
}

function wakeAll({ watchers }: Watched): void {
  for (const { wake } of watchers) wake();
}

function channelOf({ base }: Place): string {
  return `${base}c`;
}

/** Waits for work that is not a trip of the call, at most until the call's deadline or signal. */
async function asLongAs<T>(call: Call, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const trip = { fail: () => reject(call.over), abandon: () => undefined };
  call.add(trip);
  if (call.over !== undefined) trip.fail();
  try {
    return await Promise.race([work, promise]);
  } finally {
    call.remove(trip);
  }
}
