import { checkOptions, type NamesOf } from "../checks.ts";
import type { Entry } from "../entry.ts";
import { invalid } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { keyName, type KeyLike } from "../memory-key.ts";
import { checkId } from "../scope.ts";

export interface WatchOptions<K extends KeyLike = KeyLike> {
  /** The key to watch; a typed key validates each value. */
  readonly key: K;
  /** The agent whose memory to watch. Default: the team's memory. */
  readonly agentId?: string;
  /** The `position` of the last change you saw, to continue from there. Default: the start, before any entry exists. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

const WATCH_OPTIONS: NamesOf<WatchOptions> = {
  key: true,
  agentId: true,
  after: true,
  signal: true,
};

/** The state of a watched key. */
export interface WatchedChange<T = JsonValue> {
  readonly key: string;
  /** Pass it as `after` to continue from here: the version of the entry, or `""` if there is none. */
  readonly position: string;
  /** Absent if the key has no entry, or no longer has one. */
  readonly entry?: Entry<T>;
}

/** Refuses bad options before anything is watched. */
export function checkWatch(options: WatchOptions): void {
  checkOptions(options, WATCH_OPTIONS);
  keyName(options.key);
  if (options.agentId !== undefined) checkId(options.agentId, "options.agentId");
  if (options.after !== undefined && typeof options.after !== "string") {
    throw invalid("options.after", "has to be the position of a change");
  }
}
