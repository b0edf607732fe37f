import type { Table } from "@lancedb/lancedb";
import { scopeOfId } from "../table/row.ts";
import { readStored } from "../table/row-queries.ts";
import { PlacedSteps, type StepAnswer } from "./object-steps.ts";
import type { QueuedStep } from "./object-queue.ts";
import { contentOf } from "../log/content-counts.ts";
import { contentsOf, type StoredContents } from "../log/stored-contents.ts";

export interface Judged {
  readonly queued: QueuedStep;
  readonly answer: StepAnswer;
}

/** The result of judging steps together, one after the other, by what was read from the table. */
export interface Judgement {
  /** By id. */
  readonly places: ReadonlyMap<string, PlacedSteps>;
  readonly judged: ReadonlyMap<string, readonly Judged[]>;
  /** The steps that can be judged only when the others are committed. */
  readonly postponed: readonly QueuedStep[];
}

export async function judgeSteps(table: Table, steps: readonly QueuedStep[]): Promise<Judgement> {
  const places = await readPlaces(table, steps);
  const judging = new Judging(places);
  await judging.learn(table, steps);
  for (const queued of steps) judging.take(queued);
  return judging;
}

class Judging implements Judgement {
  readonly places: ReadonlyMap<string, PlacedSteps>;
  readonly judged = new Map<string, Judged[]>();
  readonly postponed: QueuedStep[] = [];
  readonly #postponedIds = new Set<string>();
  /** What the steps so far have saved, by scope and content; kept only if a step asks for new content. */
  readonly #saved = new Set<string>();
  #stored: StoredContents | undefined;

  constructor(places: ReadonlyMap<string, PlacedSteps>) {
    this.places = places;
  }

  async learn(table: Table, steps: readonly QueuedStep[]): Promise<void> {
    const questions = steps.flatMap(({ step: { scope, newContent } }) =>
      newContent === undefined ? [] : [{ scope, content: newContent }],
    );
    if (questions.length === 0) return;
    this.#stored = contentsOf(table);
    await this.#stored.learn(questions);
  }

  take(queued: QueuedStep): void {
    const { step } = queued;
    const { id } = step;
    const place = this.places.get(id) as PlacedSteps;
    const isHeld = step.newContent === undefined ? false : this.#isHeld(queued);
    if (isHeld === "unknown" || place.asksNew || this.#postponedIds.has(id)) {
      this.postponed.push(queued);
      this.#postponedIds.add(id);
      return;
    }
    const answer = step.take(place, isHeld);
    this.judged.set(id, [...(this.judged.get(id) ?? []), { queued, answer }]);
    const { entry } = place;
    if (this.#stored === undefined || entry === undefined) return;
    this.#saved.add(nameOf(id, contentOf(entry.write)));
  }

  /** Whether the scope has the step's content; `"unknown"`: that depends on the outcome of the steps before. */
  #isHeld({ step: { id, scope, newContent = "" } }: QueuedStep): boolean | "unknown" {
    const holders = this.#stored?.known({ scope, content: newContent }) ?? [];
    const isTouched = (each: string): boolean => this.places.get(each)?.isTouched === true;
    if (holders.some((each) => !isTouched(each))) return true;
    const isOpen = isTouched(id) || this.#saved.has(nameOf(id, newContent)) || holders.length > 0;
    return isOpen ? "unknown" : false;
  }
}

function nameOf(id: string, content: string): string {
  return `${scopeOfId(id)}:${content}`;
}

async function readPlaces(
  table: Table,
  steps: readonly QueuedStep[],
): Promise<Map<string, PlacedSteps>> {
  const ids = [...new Set(steps.map(({ step }) => step.id))];
  const facts = await readStored(table, ids);
  const places = new Map<string, PlacedSteps>();
  for (const { step } of steps) {
    if (places.has(step.id)) continue;
    places.set(step.id, new PlacedSteps(step, facts.get(step.id)));
  }
  return places;
}
