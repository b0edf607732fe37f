import { hash } from "node:crypto";
import type { ChainTail } from "../line/chain-tail.ts";
import { DIGEST_CHARS, type LineDigester } from "../line/line-digest.ts";
import { ExpectedLine } from "./expected-line.ts";
import type { SegmentState } from "./segment-state.ts";
import type { WriterState } from "./writer-chains.ts";

/** A writer whose lines follow one another, and the last of these lines. */
interface Run {
  readonly expected: ExpectedLine;
  readonly state: WriterState;
  /** Undefined if `state` is up to date. */
  segment: SegmentState | undefined;
  line: number;
  offset: number;
  held: number;
  digest: string;
}

/** Maximum number of writers whose next line is predicted; all others' lines are parsed. */
const MAX_RUNS = 64;

/** The fast path for a record that follows the one before it by the same writer, as nearly all do. */
export class WriterRuns {
  readonly #digester: LineDigester;
  #runs: Run[] = [];
  /** The index of the run that had the last line. */
  #latest = 0;

  constructor(digester: LineDigester) {
    this.#digester = digester;
  }

  /** Whether the line is a record and the next one of a writer; if so, advances that writer. */
  follows(
    segment: SegmentState,
    bytes: Buffer,
    start: number,
    end: number,
    offset: number,
    held: number,
  ): boolean {
    // What is not a record takes the slow path.
    if (bytes[start + 2] === 0x74) return false;
    const runs = this.#runs;
    for (let tried = 0, at = this.#latest; tried < runs.length; tried += 1, at += 1) {
      if (at >= runs.length) at = 0;
      const run = runs[at] as Run;
      const { expected } = run;
      const signedEnd = expected.signedEnd(bytes, start, end);
      if (signedEnd < 0) continue;
      // The line that an anchor names takes the slow path.
      if (expected.sequence === run.state.anchored) return false;
      const digest = this.#digest(bytes.subarray(start, signedEnd));
      if (!expected.take(bytes, end, digest)) return false;
      run.segment = segment;
      run.line = segment.line;
      run.offset = offset;
      run.held = held;
      run.digest = digest;
      this.#latest = at;
      return true;
    }
    return false;
  }

  /** Records how far the writers are; call it before reading their state. */
  settle(): void {
    for (const run of this.#runs) {
      const { expected, state, segment, line, offset, held, digest } = run;
      if (segment === undefined) continue;
      run.segment = undefined;
      state.sequence = expected.sequence - 1;
      state.digest = digest.slice(0, DIGEST_CHARS);
      state.place = { segment, line, offset, held };
      state.erased = false;
      state.ought = undefined;
    }
  }

  /** Sets what to expect of a writer after one of its lines took the slow path. */
  expectAfter({ writer, field }: ChainTail, state: WriterState | undefined): void {
    const at = this.#runs.findIndex(({ expected }) => expected.writer === writer);
    if (at >= 0) this.#runs.splice(at, 1);
    // After a line made without the key, or a changed one, the writer's next line takes the slow path, too.
    if (field !== this.#digester.field || state === undefined || state.ought !== undefined) return;
    if (this.#runs.length === MAX_RUNS) this.#runs.shift();
    const expected = new ExpectedLine(writer, field, state);
    const run = { expected, state, segment: undefined, line: 0, offset: 0, held: 0, digest: "" };
    this.#latest = this.#runs.push(run) - 1;
  }

  /** The digest may have more characters than a line keeps of it. */
  #digest(signed: Buffer): string {
    if (this.#digester.field === "hmac") return this.#digester.digest(signed);
    return hash("sha256", signed, "base64url");
  }
}
