import type { Place } from "./keys.ts";
import type { PlaceScripts } from "./scripts/place-scripts.ts";
import type { ReadRequest } from "./sent-command.ts";

/** A script's answer: the server's clock in milliseconds, what became of the call, and what it is about. */
export type Reply = readonly [clock: number, status: string, ...rest: unknown[]];

/** The result of the `index`-th item of a batch, whose arguments begin at `at`. */
export type ReadItem<Result> = (index: number, args: readonly string[], at: number) => Result;

/** What the calls of one method ask for, put so that one trip can do it for several of them. */
export interface Errand<Result> {
  readonly script: PlaceScripts;
  /** Whether it changes nothing: such calls may meet at a key. */
  readonly isRead: boolean;
  /** How many arguments belong to an item. */
  readonly width: number;
  /** The keys among the arguments of a call. */
  keysOf(args: readonly string[]): readonly string[];
  /** What the script is told, of calls with these arguments. */
  pack(calls: readonly (readonly string[])[], isTied: boolean): readonly string[];
  /** Reads an answer; `now` is the time of the memory. */
  open(reply: Reply, now: number): ReadItem<Result>;
  /** A plain command does for calls with one item each, of an agent. */
  readonly plain?: {
    request(place: Place, keys: readonly string[]): ReadRequest;
    /** What the command says of each key; `null`, of several, may also be something of another type. */
    open(reply: unknown, count: number): readonly (string | null)[];
    result(raw: string | null, key: string): Result;
  };
}
