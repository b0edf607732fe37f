import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../../worker-process.ts";
import { contentOf, isAsWritten, operationOf } from "./content.ts";
import { whyNoMounts } from "../lab/disks.ts";
import { Evidence } from "./evidence.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { now, type Attempt } from "./journal.ts";
import { openLabStore } from "./lab-store.ts";
import { fillDisk, limitFiles, whyNoLimits, type Room } from "../lab/room.ts";
import type { Reading, Settled, tasks } from "./store-process.ts";

const MODULE = join(import.meta.dirname, "store-process.ts");
const KEYS = Array.from({ length: 60 }, (_, i) => `key-${i}`);
const AT_ONCE = 8;
/** The most space that is left until the disk is full, in bytes. */
const MOST_ROOM = 256 << 10;
const MOST_ROUNDS = 60;

type StoreProcess = WorkerProcess<typeof tasks>;

/** Limits on the size of files stand in for a full disk if none can be mounted. */
export const fullFiles: Fault = {
  name: "full",
  about:
    "the disk is full: saves are refused, reads continue, and saves work again when there is room",
  runs: 100,
  secondsPerRun: 2,
  unavailable: whyNoLimits,
  remark: () => "without root, no disk can be filled; a file size limit stands in for it.",
  strike: (strike) => new Full(strike, limitFiles(join(strike.folder, "disk"))).strike(),
};

export const fullDisks: Fault = {
  ...fullFiles,
  unavailable: whyNoMounts,
  remark: () => undefined,
  strike: (strike) => new Full(strike, fillDisk(join(strike.folder, "disk"))).strike(),
};

/** The variant that can run here. */
export const full: Fault = whyNoMounts() === undefined ? fullDisks : fullFiles;

class Full {
  readonly #strike: Strike;
  readonly #evidence = new Evidence(["MEM_CAPACITY"]);
  readonly #did = { "full disks": 0, acknowledged: 0, refused: 0 };
  readonly #uri: string;
  readonly #room: Room;
  #saves = 0;

  constructor(strike: Strike, room: Room) {
    this.#strike = strike;
    this.#room = room;
    this.#uri = join(this.#room.folder, "store");
  }

  async strike(): Promise<FaultReport> {
    const { runs, random, subject, onRun } = this.#strike;
    const findings: Finding[] = [];
    let store: StoreProcess | undefined;
    try {
      for (let run = 1; run <= runs; run++) {
        if (store === undefined) {
          store = startWorker<typeof tasks>(MODULE);
          await store.ask("open", { subject, uri: this.#uri });
        }
        const problems = await this.#fill(store);
        // Half of the time, the process that met the full disk continues; otherwise another one finds what it left.
        if (random() < 0.5) {
          const closed = await store.ask("close", undefined);
          if ("code" in closed) problems.push(failed("close", closed));
          await store[Symbol.asyncDispose]();
          store = undefined;
        }
        problems.push(...(await this.#inspect()));
        findings.push(...problems.map((problem) => ({ ...problem, run })));
        onRun?.(run);
      }
    } finally {
      await store?.[Symbol.asyncDispose]();
      this.#room[Symbol.dispose]();
    }
    return { did: { ...this.#did, acknowledged: this.#evidence.acknowledged }, findings };
  }

  async #fill(store: StoreProcess): Promise<Problem[]> {
    const pid = await store.ask("pid", undefined);
    const problems: Problem[] = [];
    await this.#save(store, problems);
    this.#room.take(Math.floor(this.#strike.random() * MOST_ROOM), pid);
    this.#did["full disks"]++;
    let isFull = false;
    for (let round = 0; round < MOST_ROUNDS && !isFull; round++) {
      isFull = (await this.#save(store, problems)) > 0;
    }
    if (!isFull) problems.push({ kind: "unnoticed", message: "the disk was never full" });
    // The flush may fail for the same reason, and that must have no consequences.
    const flushed = await store.ask("flush", undefined);
    if ("code" in flushed && flushed.code !== "MEM_CAPACITY") {
      problems.push(failed("flush on a full disk", flushed));
    }
    problems.push(...(await this.#read(store, "on a full disk")));
    // A process that opens the store now has to be able to read, too.
    problems.push(...(await this.#inspect()));
    this.#room.give(pid);
    const refused = await this.#save(store, problems);
    if (refused > 0) {
      problems.push({ kind: "failed call", message: "refused when there was room again" });
    }
    problems.push(...(await this.#read(store, "when there was room again")));
    return problems;
  }

  /** Saves some entries concurrently; returns how many were refused for lack of space. */
  async #save(store: StoreProcess, problems: Problem[]): Promise<number> {
    const { random } = this.#strike;
    const keys = KEYS.toSorted(() => random() - 0.5).slice(0, AT_ONCE);
    const attempts = keys.map((key) => ({ id: `save.${this.#saves++}`, key }));
    const begin = now();
    const results = await store.ask(
      "saveAll",
      attempts.map(({ id, key }) => contentOf(key, id)),
    );
    const end = now();
    problems.push(
      ...this.#evidence.take(
        attempts.map(({ id, key }, i): Attempt => {
          const result = results[i] as Settled<boolean>;
          const answer = "value" in result ? { done: true as const } : result;
          return { id, key, begin, end, kind: "save", result: answer };
        }),
      ),
    );
    const refused = results.filter((result) => "code" in result).length;
    this.#did.refused += refused;
    return refused;
  }

  async #read(store: StoreProcess, when: string): Promise<Problem[]> {
    const { got, listed, found, count }: Reading = await store.ask("read", KEYS);
    const problems: Problem[] = [];
    for (const [name, result] of Object.entries({ get: got, list: listed, search: found, count })) {
      if ("code" in result) problems.push(failed(`${name} ${when}`, result));
    }
    for (const result of [got, listed, found]) {
      if ("code" in result) continue;
      for (const entry of result.value) {
        if (entry === null) continue;
        const objection = this.#evidence.ledger.objection(entry.key, operationOf(entry));
        if (objection !== undefined) problems.push(objection);
        if (!isAsWritten(entry)) problems.push({ kind: "wrong data", message: entry.key });
      }
    }
    return problems;
  }

  async #inspect(): Promise<Problem[]> {
    const store = openLabStore(this.#strike.subject, this.#uri);
    try {
      return await this.#evidence.inspect(store);
    } catch (error) {
      return [{ kind: "failed open", message: String(error) }];
    } finally {
      await store.close();
    }
  }
}

function failed(
  what: string,
  { code, message }: { readonly code: string; readonly message: string },
): Problem {
  return { kind: "failed call", message: `${what}: ${code} ${message}` };
}
