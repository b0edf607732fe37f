import { MemoryError, type CallOptions, type Increment, type Incremented } from "@mem/core";
import { encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import type { AskPlace, PlaceCalls } from "./place-calls.ts";
import { increment } from "./scripts/increment.ts";
import { Versions } from "./versions.ts";

/** What surrounds the number of an entry that an increment makes. */
const SOURCE = '"agent"';
const NOTHING_ELSE = ",null,null,null";

const PROBLEMS = {
  key: "holds no number",
  by: "makes the sum too large for a number",
} as const;

/** The numbers of a scope that are added to where they lie: each call is one trip to the server. */
export class Counters {
  readonly #calls: PlaceCalls;
  readonly #versions = new Versions();

  constructor(calls: PlaceCalls) {
    this.#calls = calls;
  }

  async increment(
    place: Place,
    { key, by, ttlMs, opId }: Increment,
    options: CallOptions | undefined,
  ): Promise<Incremented> {
    if (ttlMs === "session" && !place.isWorkflow) {
      const message = 'increment.ttlMs is "session" in a scope without a workflow';
      throw new MemoryError("MEM_INVALID_ARGUMENT", message, { path: "increment.ttlMs" });
    }
    const args = [
      key,
      String(by),
      this.#versions.next(),
      opId === undefined ? "" : encodeId(opId, "increment.opId"),
      String(ttlMs),
      SOURCE,
      NOTHING_ELSE,
    ];
    const work = async (ask: AskPlace): Promise<Incremented> => {
      const [, status, found, version] = await ask(increment, args);
      if (status === "REFUSED") throw refused(found as keyof typeof PROBLEMS);
      return { value: Number(found), version: version as string };
    };
    return this.#calls.at(place, { kind: "increment", keys: [key] }, options, work);
  }
}

function refused(path: keyof typeof PROBLEMS): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${PROBLEMS[path]}`, { path });
}
