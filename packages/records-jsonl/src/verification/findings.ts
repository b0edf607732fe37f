import type { RecordProblem, RecordProblemKind } from "./record-verification.ts";
import type { SegmentState } from "./segment-state.ts";

/** Where a line begins, and how many lines before it hold by themselves. */
export interface Place {
  readonly segment: SegmentState;
  readonly line: number;
  readonly offset: number;
  readonly held: number;
}

export interface Finding {
  readonly kind: RecordProblemKind;
  readonly place: Place;
  readonly message: string;
  readonly writer?: string | undefined;
}

/** How many are reported; ten times as many are kept, because they are not found in the order of the files. */
const MAX_TOLD = 100;
const MAX_KEPT = 1000;

/** The problems of one agent's files. */
export class Findings {
  #kept: Finding[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(finding: Finding): void {
    finding.place.segment.touched = true;
    this.#count += 1;
    this.#kept.push(finding);
    if (this.#kept.length > 2 * MAX_KEPT) this.#kept = this.#sorted().slice(0, MAX_KEPT);
  }

  /** Replaces all problems with the one that they come from. */
  replaceBy(finding: Finding): void {
    this.#kept = [];
    this.#count = 0;
    this.add(finding);
  }

  first(): Finding | undefined {
    return this.#sorted()[0];
  }

  problems(): RecordProblem[] {
    return this.#sorted()
      .slice(0, MAX_TOLD)
      .map(({ kind, place, message, writer }) => ({
        kind,
        file: place.segment.label,
        segment: place.segment.number,
        line: place.line,
        offset: place.offset,
        ...(writer !== undefined && { writer }),
        message,
      }));
  }

  #sorted(): Finding[] {
    return this.#kept.toSorted((a, b) => comparePlaces(a.place, b.place));
  }
}

export function comparePlaces(a: Place, b: Place): number {
  return a.segment.number - b.segment.number || a.line - b.line;
}

/** "1 line", "2 lines". */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
