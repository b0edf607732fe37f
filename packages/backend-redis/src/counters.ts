import { MemoryError, type CallOptions, type Increment, type Incremented } from "@mem/core";
import { encodeId } from "./envelope.ts";
import type { Errand } from "./errand.ts";
import type { Place } from "./keys.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { increment } from "./scripts/increment.ts";
import { Versions } from "./versions.ts";

/** The text around the number of an entry that an increment creates. */
const SOURCE = '"agent"';
const NOTHING_ELSE = ",null,null,null";

const PROBLEMS = {
  key: "holds no number",
  by: "makes the sum too large for a number",
} as const;

/** Increments numbers. The arguments of each: key, amount, version, opId, ttl. */
const adding: Errand<Incremented> = {
  script: increment,
  isRead: false,
  width: 5,
  keysOf: ([key]) => [key as string],
  pack: (calls) => [SOURCE, NOTHING_ELSE, ...calls.flat()],
  open([, , ...answers]) {
    return (index) => {
      const [found, version] = answers.slice(2 * index, 2 * index + 2) as [string, string];
      if (version === "") throw refused(found as keyof typeof PROBLEMS);
      return { value: Number(found), version };
    };
  },
};

/** Increments the numbers of a scope on the server: each call is one trip, or part of one. */
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
    const op = opId === undefined ? "" : encodeId(opId, "increment.opId");
    const args = [key, String(by), this.#versions.next(), op, String(ttlMs)];
    const [incremented] = await this.#calls.together(place, adding, args, options);
    return incremented as Incremented;
  }
}

function refused(path: keyof typeof PROBLEMS): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${PROBLEMS[path]}`, { path });
}
