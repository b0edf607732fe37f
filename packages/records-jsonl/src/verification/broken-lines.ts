import { comparePlaces, counted, type Findings, type Place } from "./findings.ts";
import type { SegmentState } from "./segment-state.ts";

/**
 * Why a line is in no chain. `"torn"` may be a write that was cut short and never acknowledged. `"unchained"` may be of
 * an earlier release; `"loose"` can't, because it comes after chained lines.
 */
export type Breakage = "torn" | "foreign" | "too-long" | "unchained" | "loose";

interface BrokenLine {
  readonly place: Place;
  readonly breakage: Breakage;
  /** Whether it has been reported. */
  told: boolean;
  /** How many chained lines may have been here. */
  lines: number;
}

const PROBLEMS: Readonly<Record<Breakage, string>> = {
  torn: "has no end that belongs to a chain",
  foreign: "is no record",
  "too-long": "is too long for a record",
  unchained: "belongs to no chain",
  loose: "is a record without a chain, as if written by hand, behind lines that have one",
};
const MAX_KEPT = 10_000;

/**
 * Lines that belong to no chain. What the chains miss tells which of these lines are torn, which replaced a chained
 * line and which were inserted.
 */
export class BrokenLines {
  readonly #findings: Findings;
  #lines: BrokenLine[] = [];
  #unkept = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  add(place: Place, breakage: Breakage): void {
    if (this.#lines.length < MAX_KEPT) {
      this.#lines.push({ place, breakage, told: false, lines: 1 });
    } else this.#unkept += 1;
  }

  /** Adds a place where lines may be missing for a reason that has been reported. */
  addTold(place: Place, lines: number): void {
    this.#lines.push({ place, breakage: "foreign", told: true, lines });
  }

  /** Given how many lines are missing after a place, reports those that were here; returns how many remain. */
  explain(after: Place | undefined, missing: number, writer?: string): number {
    let left = missing;
    for (const broken of this.#lines) {
      if (left === 0) break;
      if (broken.lines === 0) continue;
      if (after !== undefined && comparePlaces(broken.place, after) <= 0) continue;
      const taken = Math.min(broken.lines, left);
      broken.lines -= taken;
      left -= taken;
      if (!broken.told) this.#tell(broken, writer);
    }
    return left;
  }

  /** The same for lines missing in one segment, whoever wrote them. */
  explainIn(segment: SegmentState, missing: number): number {
    const elsewhere = this.#lines.filter(({ place }) => place.segment !== segment);
    const here = this.#lines.filter(({ place }) => place.segment === segment);
    this.#lines = here;
    const left = this.explain(undefined, missing);
    this.#lines = [...elsewhere, ...this.#lines].toSorted((a, b) =>
      comparePlaces(a.place, b.place),
    );
    return left;
  }

  /** Reports the lines that no chain misses: inserted ones as findings, torn ones in the notes that it returns. */
  conclude(): string[] {
    const notes: string[] = [];
    for (const broken of this.#lines) {
      const { told, lines, breakage, place } = broken;
      if (told || lines === 0 || breakage === "unchained") continue;
      if (breakage === "torn") {
        const { label } = place.segment;
        notes.push(
          `${label}, line ${place.line}: torn. Nobody was told that it is stored, unless somebody tore it; an anchor would tell`,
        );
      } else {
        const message = `line ${place.line} was written by no store: it ${PROBLEMS[breakage]}`;
        this.#findings.add({ kind: "inserted", place, message });
      }
    }
    if (this.#unkept > 0) notes.push(`${counted(this.#unkept, "more line")} in no chain`);
    return notes;
  }

  #tell(broken: BrokenLine, writer: string | undefined): void {
    const { place, breakage } = broken;
    broken.told = true;
    const message = `line ${place.line} was changed: a line of a chain was here, and what is here now ${PROBLEMS[breakage]}`;
    this.#findings.add({ kind: "changed", place, message, writer });
  }
}
