import { isMemoryError, type LongTermEntry, type LongTermWrite, type Outcome } from "@mem/core";
import { serve } from "../../worker-process.ts";
import { COMMON_WORD, scope } from "./content.ts";
import type { Subject } from "../lab/fault.ts";
import { openLabStore, type LabStore } from "./lab-store.ts";
import { listAll, searchFor } from "./store-state.ts";

/** The result of a call: its value, or the error that it was rejected with. */
export type Settled<T> =
  | { readonly value: T }
  | { readonly code: string; readonly outcome: Outcome; readonly message: string };

/** What a store returns when it is read in every possible way. */
export interface Reading {
  /** `null` for a miss. */
  readonly got: Settled<readonly (LongTermEntry | null)[]>;
  readonly listed: Settled<readonly LongTermEntry[]>;
  readonly found: Settled<readonly LongTermEntry[]>;
  readonly count: Settled<number>;
  /** What `health` and `verify` report; empty if all is well. */
  readonly complaints: readonly string[];
}

let store: LabStore | undefined;

/** A separate process for one store, so that a crash in native code does not take the lab down. */
export const tasks = {
  open({ subject, uri }: { readonly subject: Subject; readonly uri: string }): void {
    store = openLabStore(subject, uri);
  },
  pid(): number {
    return process.pid;
  },
  /** Saves all concurrently, each with a call of its own. */
  saveAll(writes: readonly LongTermWrite[]): Promise<Settled<boolean>[]> {
    return Promise.all(
      writes.map((write) =>
        settled(async () => (await opened().save(scope, [write]))[0]?.stored === true),
      ),
    );
  },
  flush(): Promise<Settled<void>> {
    return settled(() => opened().flush());
  },
  async read(keys: readonly string[]): Promise<Reading> {
    const got = await settled(async () =>
      (await opened().get(scope, keys)).map((entry) => entry ?? null),
    );
    const listed = await settled(() => listAll(opened()));
    const found = await settled(() => searchFor(opened(), COMMON_WORD));
    const count = await settled(() => opened().count(scope));
    return { got, listed, found, count, complaints: await complaints() };
  },
  close(): Promise<Settled<void>> {
    return settled(() => opened().close());
  },
};

async function complaints(): Promise<string[]> {
  const verified = await settled(() => opened().verify());
  const health = await settled(() => opened().health());
  return [
    ...("code" in verified ? [verified.message] : []),
    ...("value" in verified ? verified.value.problems.map(({ message }) => message) : []),
    ...("code" in health ? [health.message] : health.value.messages),
  ];
}

function opened(): LabStore {
  if (store === undefined) throw new Error("no store is open");
  return store;
}

async function settled<T>(call: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return isMemoryError(error)
      ? { code: error.code, outcome: error.outcome, message }
      : { code: "none", outcome: "unknown", message };
  }
}

serve(tasks);
