import { setTimeout } from "node:timers/promises";
import type { Analyzer } from "@mem/search";
import type { AskedChange } from "../store/engine.ts";
import { ObjectCommits } from "./object-commit.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { contended, isConflict, objectError } from "./object-error.ts";
import { groupsToCommit, type Group } from "./object-groups.ts";
import { ObjectQueue, type QueuedStep } from "./object-queue.ts";
import { judgeSteps, type Judged, type Judgement } from "./object-judging.ts";
import { takeBackKnown } from "./object-newness.ts";
import { stepsOf, type PlacedSteps } from "./object-steps.ts";
import type { Answer } from "../log/replica.ts";
import { inScope, inWorkflow } from "../table/sql.ts";

/** How long a change that others keep overtaking is retried. */
const DEADLINE_MS = 60_000;
/** The longest pause before a retry; its random length keeps two machines from conflicting forever. */
const LONGEST_PAUSE_MS = 100;

export interface ObjectWriterParts {
  readonly database: ObjectDatabase;
  readonly analyzer: Analyzer;
  /** Called with the id of each entry that was stored without a vector. */
  readonly onPending: (id: string) => void;
  /** Called after every commit. */
  readonly onCommitted: () => void;
}

/** Commits changes: steps that wait are judged together, and acknowledged when the object store has them. */
export class ObjectWriter {
  readonly queue: ObjectQueue;
  readonly commits: ObjectCommits;
  readonly #parts: ObjectWriterParts;
  readonly #name: string;

  constructor(parts: ObjectWriterParts) {
    this.#parts = parts;
    this.#name = parts.database.location.uri;
    this.commits = new ObjectCommits(parts.database);
    this.queue = new ObjectQueue((steps) => this.#commit(steps));
  }

  async change(change: AskedChange, signal?: AbortSignal): Promise<Answer> {
    if (change.kind === "clear") return this.#deleteWhere(inScope(change.scope), signal);
    if (change.kind === "clear-workflow") {
      return this.#deleteWhere(inWorkflow(change.workflow), signal);
    }
    return (await this.queue.steps(stepsOf(change), signal)) as Answer;
  }

  #deleteWhere(condition: string, signal: AbortSignal | undefined): Promise<number> {
    return this.queue.task(async () => {
      const table = await this.#parts.database.table("write");
      for (const began = performance.now(); ;) {
        try {
          const { numDeletedRows } = await table.delete(condition);
          this.#parts.onCommitted();
          return numDeletedRows;
        } catch (error) {
          if (!isConflict(error)) throw objectError(error, this.#name, "unknown");
          if (performance.now() - began > DEADLINE_MS) throw contended(error, this.#name);
          await pause();
        }
      }
    }, signal);
  }

  async #commit(steps: readonly QueuedStep[]): Promise<readonly QueuedStep[]> {
    const { database, analyzer } = this.#parts;
    const again = new Set<QueuedStep>();
    try {
      const table = await database.table("write");
      const { places, judged, postponed } = await judgeSteps(table, steps);
      for (const each of postponed) again.add(each);
      for (const [id, place] of places) if (!place.isChanged) settle(judged.get(id) ?? []);
      const changed = [...places.values()].filter(({ isChanged }) => isChanged);
      const groups = await groupsToCommit(changed, table, this.commits, analyzer);
      const together = new Set(changed.flatMap(({ entry }) => entry?.version ?? []));
      for (const group of groups) {
        for (const each of await this.#attempt(group, judged, together)) again.add(each);
      }
    } catch (error) {
      // Has no effect on steps that are settled by now.
      const failure = objectError(error, this.#name, "not-applied");
      for (const { reject } of steps) reject(failure);
      return [];
    }
    if (again.size > 0) await pause();
    return steps.filter((each) => again.has(each));
  }

  /** Commits a group; resolves with the steps that have to be judged again, and settles the others. */
  async #attempt(
    { places, commit }: Group,
    judged: Judgement["judged"],
    together: ReadonlySet<string>,
  ): Promise<QueuedStep[]> {
    const { database } = this.#parts;
    const stepsIn = (some: readonly PlacedSteps[]): Judged[] =>
      some.flatMap(({ id }) => [...(judged.get(id) ?? [])]);
    const lost = new Set<string>();
    let cause: unknown;
    let isCommitted = false;
    try {
      const committed = await commit();
      isCommitted = true;
      this.#parts.onCommitted();
      for (const id of committed.lost) lost.add(id);
      const own = places.filter(({ id }) => !lost.has(id));
      const { version } = committed;
      for (const id of await takeBackKnown(own, together, version, database, this.commits)) {
        lost.add(id);
      }
    } catch (error) {
      if (isCommitted || !isConflict(error)) {
        const failure = objectError(error, this.#name, "unknown");
        for (const { queued } of stepsIn(places)) queued.reject(failure);
        return [];
      }
      cause = error;
      for (const { id } of places) lost.add(id);
    }
    const stored = places.filter(({ id }) => !lost.has(id));
    settle(stepsIn(stored));
    for (const { id, entry } of stored) {
      const isPending = entry?.vector === undefined && entry?.write.text.trim() !== "";
      if (entry !== undefined && isPending) this.#parts.onPending(id);
    }
    const now = performance.now();
    return stepsIn(places.filter(({ id }) => lost.has(id))).flatMap(({ queued }) => {
      if (now - queued.since < DEADLINE_MS) return [queued];
      queued.reject(contended(cause, this.#name));
      return [];
    });
  }
}

function settle(judged: readonly Judged[]): void {
  for (const { queued, answer } of judged) queued.resolve(answer);
}

function pause(): Promise<void> {
  return setTimeout(Math.random() * LONGEST_PAUSE_MS);
}
