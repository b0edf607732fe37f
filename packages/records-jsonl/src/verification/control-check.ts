import type { ChainTail } from "../line/chain-tail.ts";
import { decodeControl, type ControlLine } from "../line/control-line.ts";
import type { Erasures } from "./erasures.ts";
import type { Findings, Place } from "./findings.ts";
import type { Ownership } from "./ownership.ts";

/** A `closed` line and its place. */
export interface ClosedLine {
  readonly line: Extract<ControlLine, { type: "closed" }>;
  readonly keyed: boolean;
  readonly place: Place;
}

export interface ControlCheckParts {
  readonly findings: Findings;
  readonly erasures: Erasures;
  readonly ownership: Ownership;
}

/** Checks and collects what control lines say about the files. */
export class ControlCheck {
  readonly closed: ClosedLine[] = [];
  /** The number of the last segment that retention says it removed. */
  dropped = 0;
  readonly #parts: ControlCheckParts;

  constructor(parts: ControlCheckParts) {
    this.#parts = parts;
  }

  /** Takes a line that begins with a type and holds by itself. */
  take(place: Place, { writer, field }: ChainTail, bytes: Buffer): void {
    const line = decodeControl(bytes);
    // A later release may know more types; queries skip what is not a record.
    if (line === undefined) return;
    if (!this.#parts.ownership.checkControl(place, writer, line)) return;
    switch (line.type) {
      case "segment":
        return this.#begin(place, line.segment);
      case "closed":
        this.closed.push({ line, keyed: field === "hmac", place });
        return;
      case "dropped":
        this.dropped = Math.max(this.dropped, line.through);
        return;
      case "erasure":
        return this.#parts.erasures.name(line.lines);
      case "sealed":
        // A genuine seal is in no chain, and its form alone makes it one; no store writes a seal with chain fields.
        return this.#tell(place, `line ${place.line} is a seal in a chain, which no store writes`);
    }
  }

  /** Takes a `segment` line, which is the first line of every segment but the first. */
  #begin(place: Place, number: number): void {
    const { segment, line } = place;
    const isOwn = number === segment.number && !segment.begun;
    if (isOwn) segment.begun = true;
    if (isOwn && line === 1) return;
    if (isOwn) {
      const what = line === 2 ? "line 1 was" : `lines 1 to ${line - 1} were`;
      const message = `${what} put before line ${line}, with which this file began`;
      return this.#tell(segment.begin(0), message);
    }
    const message =
      line === 1
        ? `line 1 says that segment ${number} begins here, and this is named as segment ${segment.number}`
        : `line ${line} says that segment ${number} begins here, and this is the middle of segment ${segment.number}`;
    this.#parts.findings.add({ kind: line === 1 ? "segment" : "inserted", place, message });
  }

  #tell(place: Place, message: string): void {
    this.#parts.findings.add({ kind: "inserted", place, message });
  }
}
