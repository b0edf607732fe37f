import type { Place } from "./keys.ts";
import type { PlaceScripts } from "./scripts/place-scripts.ts";
import type { ReadRequest } from "./sent-command.ts";

/** A script's reply: the server's clock in milliseconds, a status, and the script's own results. */
export type Reply = readonly [clock: number, status: string, ...rest: unknown[]];

/** Returns the result of the `index`-th item of a batch; its arguments begin at `args[at]`. */
export type ReadItem<Result> = (index: number, args: readonly string[], at: number) => Result;

/** Describes the calls of one method such that one trip can serve several of them. */
export interface Errand<Result> {
  readonly script: PlaceScripts;
  /** Whether it changes nothing: reads of the same key need no order. */
  readonly isRead: boolean;
  /** The number of arguments per item. */
  readonly width: number;
  /** The keys among the arguments of a call. */
  keysOf(args: readonly string[]): readonly string[];
  /** Returns the script's own arguments for calls with these arguments. */
  pack(calls: readonly (readonly string[])[], isTied: boolean): readonly string[];
  /** Reads a reply; `now` is the server's time plus the offset. */
  open(reply: Reply, now: number): ReadItem<Result>;
  /** A plain command that can replace the script for an agent's calls with one item each. */
  readonly plain?: {
    request(place: Place, keys: readonly string[]): ReadRequest;
    /** Returns what the command found at each key. With several keys, `null` may also mean a value of another type. */
    open(reply: unknown, count: number): readonly (string | null)[];
    result(raw: string | null, key: string): Result;
  };
}
