import type { ChainTail } from "../line/chain-tail.ts";
import { NO_DIGEST } from "../line/line-digest.ts";
import type { BrokenLines } from "./broken-lines.ts";
import { counted, type Findings, type Place } from "./findings.ts";
import type { AnchoredWriter } from "./record-anchor.ts";

/** How far a writer's chain has been followed. */
export interface WriterState {
  sequence: number;
  digest: string;
  /** If the last line was changed: what its digest ought to be. */
  ought: string | undefined;
  /** The place of the last line. */
  place: Place | undefined;
  /** Whether that line was erased: then only what follows vouches for its digest. */
  erased: boolean;
  /** The sequence that an anchor states; 0 if none does. */
  readonly anchored: number;
  /** The sequence of this writer's first line after a seal, and the seal. */
  voided: { readonly sequence: number; readonly seal: Place } | undefined;
}

interface Gap {
  readonly writer: string;
  readonly from: number;
  readonly to: number;
  /** The line after the gap. */
  readonly place: Place;
  /** How many lines are missing and not explained by anything. */
  readonly missing: number;
  /** The sequences in the gap that were found elsewhere, and the place of the first one. */
  readonly found: Set<number>;
  elsewhere: Place | undefined;
}

/** The chains of all writers to one agent's files, followed line by line. */
export class WriterChains {
  readonly #findings: Findings;
  readonly #broken: BrokenLines;
  readonly #anchored: Readonly<Record<string, AnchoredWriter>>;
  readonly #writers = new Map<string, WriterState>();
  readonly #gaps = new Map<string, Gap[]>();
  /** Whether earlier segments are gone, so that chains may begin in their middle. */
  mayBeginLater = false;

  constructor(
    findings: Findings,
    broken: BrokenLines,
    anchored: Readonly<Record<string, AnchoredWriter>>,
  ) {
    this.#findings = findings;
    this.#broken = broken;
    this.#anchored = anchored;
  }

  get all(): ReadonlyMap<string, WriterState> {
    return this.#writers;
  }

  of(writer: string): WriterState {
    const known = this.#writers.get(writer);
    if (known !== undefined) return known;
    const state: WriterState = {
      sequence: 0,
      digest: NO_DIGEST,
      ought: undefined,
      place: undefined,
      erased: false,
      anchored: Object.hasOwn(this.#anchored, writer) ? (this.#anchored[writer]?.sequence ?? 0) : 0,
      voided: undefined,
    };
    this.#writers.set(writer, state);
    return state;
  }

  /** Whether a line that does not hold by itself is at the place in its chain that it claims; if so, follows it. */
  placeChanged(tail: ChainTail, place: Place, ought: string | undefined): boolean {
    const state = this.#writers.get(tail.writer);
    const expected = state ?? { sequence: 0, digest: NO_DIGEST };
    if (tail.sequence !== expected.sequence + 1 || tail.previous !== expected.digest) return false;
    this.#advance(this.of(tail.writer), tail, place, false);
    this.of(tail.writer).ought = ought;
    return true;
  }

  /** Takes the next line that holds by itself. */
  follow(tail: ChainTail, place: Place, erased: boolean): void {
    const state = this.of(tail.writer);
    const { sequence } = tail;
    if (state.place === undefined && this.mayBeginLater && sequence > 1) {
      // The lines before it may have been dropped; if they turn up, this line is the one that was moved.
      this.#addGap(tail.writer, 1, sequence - 1, place, 0);
      state.sequence = sequence - 1;
      state.digest = tail.previous;
    }
    if (sequence <= state.sequence) return this.#refit(tail, place);
    if (sequence === state.sequence + 1) {
      if (tail.previous !== state.digest && tail.previous !== state.ought) {
        this.#tellBroken(state, tail, place);
      }
    } else this.#skip(state, tail, place);
    this.#advance(state, tail, place, erased);
  }

  /** Reports a seal after which lines are void that nobody wrote again elsewhere. */
  blameSeal(seal: Place): void {
    const message = `the seal on line ${seal.line} was not there when the lines behind it were written; it makes them void`;
    this.#findings.add({ kind: "inserted", place: seal, message });
  }

  /** Reports lines that are missing, or that turned up elsewhere. */
  conclude(): void {
    for (const gap of [...this.#gaps.values()].flat()) {
      const { place, missing, found, elsewhere, writer } = gap;
      if (missing === 0 && found.size === 0) continue;
      const left = missing - found.size;
      const stray =
        elsewhere === undefined
          ? ""
          : `; ${counted(found.size, "line")} that should stand before it, from line ${elsewhere.line} of ${elsewhere.segment.label} on`;
      if (left <= 0) {
        const message = `line ${place.line} does not stand where it was written${stray}`;
        this.#findings.add({ kind: "reordered", place, message, writer });
      } else {
        const message = `${counted(left, "line")} of this line's writer ${left === 1 ? "is" : "are"} missing before line ${place.line}${stray}`;
        this.#findings.add({ kind: "removed", place, message, writer });
      }
    }
  }

  #advance(state: WriterState, tail: ChainTail, place: Place, erased: boolean): void {
    state.sequence = tail.sequence;
    state.digest = tail.digest;
    state.ought = undefined;
    state.place = place;
    state.erased = erased;
    if (state.anchored !== tail.sequence) return;
    if (this.#anchored[tail.writer]?.digest === tail.digest) return;
    const message = `line ${place.line} is another one than when the anchor was made; lines before it may be, too`;
    this.#findings.add({ kind: "changed", place, message, writer: tail.writer });
  }

  /** Reports two lines that hold by themselves, but of which the second does not have the first one's digest. */
  #tellBroken(state: WriterState, { writer }: ChainTail, place: Place): void {
    const changed = state.place ?? place;
    const message =
      state.place === undefined
        ? `line ${place.line} is no first line of a chain, and says it is one`
        : `line ${changed.line} was changed together with its digest: the next line of its writer, line ${place.line} of ${place.segment.label}, was written behind another one`;
    this.#findings.add({ kind: "changed", place: changed, message, writer });
  }

  #skip(state: WriterState, { writer, sequence }: ChainTail, place: Place): void {
    const from = state.sequence + 1;
    const { voided } = state;
    if (voided !== undefined && voided.sequence <= from && voided.seal.segment !== place.segment) {
      this.blameSeal(voided.seal);
      state.voided = undefined;
      this.#touch(state.place, place);
      return;
    }
    this.#touch(state.place, place);
    const missing = this.#broken.explain(state.place, sequence - from, writer);
    if (missing === 0) return;
    this.#addGap(writer, from, sequence - 1, place, missing);
  }

  #addGap(writer: string, from: number, to: number, place: Place, missing: number): void {
    const gaps = this.#gaps.get(writer) ?? [];
    this.#gaps.set(writer, gaps);
    gaps.push({ writer, from, to, place, missing, found: new Set(), elsewhere: undefined });
  }

  /** Marks the segments of both lines: what is missing may have been in either. */
  #touch(from: Place | undefined, to: Place): void {
    if (from !== undefined) from.segment.touched = true;
    to.segment.touched = true;
  }

  /** Takes a line whose place in its chain has been passed. */
  #refit({ writer, sequence }: ChainTail, place: Place): void {
    const gap = this.#gaps.get(writer)?.find(({ from, to }) => from <= sequence && sequence <= to);
    if (gap !== undefined && !gap.found.has(sequence)) {
      gap.found.add(sequence);
      gap.elsewhere ??= place;
      place.segment.touched = true;
      return;
    }
    const { place: latest, sequence: reached } = this.of(writer);
    // Only the latest line's place is remembered. If two lie side by side, the second one is too many.
    const isLatest = reached === sequence && latest?.segment === place.segment;
    const isApart = isLatest && latest.line + 1 < place.line;
    const other = isApart ? `; it or line ${latest.line} is the copy` : "";
    const message = `line ${place.line} is there a second time: its writer's line ${sequence} was before${other}`;
    this.#findings.add({ kind: "inserted", place, message, writer });
  }
}
