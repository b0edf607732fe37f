import { hash } from "node:crypto";
import type { RecordFile } from "../folder/record-folder.ts";
import {
  readChainTail,
  readDigestTail,
  type ChainTail,
  type DigestTail,
} from "../line/chain-tail.ts";
import { sealedSegment, typeOf } from "../line/control-line.ts";
import { isErasedLine } from "../line/erased-line.ts";
import { DIGEST_CHARS, type LineDigester } from "../line/line-digest.ts";
import { kindOfLine } from "../line/line-kind.ts";
import { decodeRecord } from "../line/record-line.ts";
import { BrokenLines } from "./broken-lines.ts";
import { ControlCheck } from "./control-check.ts";
import { Erasures } from "./erasures.ts";
import { digestStart } from "./expected-line.ts";
import { Findings, type Place } from "./findings.ts";
import { Ownership } from "./ownership.ts";
import type { AnchoredFile } from "./record-anchor.ts";
import type { SegmentState } from "./segment-state.ts";
import { Signatures } from "./signatures.ts";
import { WriterChains } from "./writer-chains.ts";
import { WriterRuns } from "./writer-runs.ts";

/** How many lines without a chain are remembered one by one. */
const MAX_UNCHAINED = 100;

/** Checks the lines of one agent's files, one after the other, and keeps what can be judged only at the end. */
export class LineCheck {
  readonly findings: Findings = new Findings();
  readonly broken: BrokenLines = new BrokenLines(this.findings);
  readonly erasures: Erasures = new Erasures();
  readonly chains: WriterChains;
  readonly controls: ControlCheck;
  readonly signatures: Signatures;
  readonly ownership: Ownership;
  records = 0;
  erased = 0;
  /** Lines that hold by themselves. */
  held = 0;
  blank = 0;
  void = 0;
  /** Records without a chain, before any line that has one. */
  unchained = 0;
  firstUnchained: Place | undefined;
  readonly #runs: WriterRuns;
  readonly #digester: LineDigester;
  readonly #anchor: AnchoredFile | undefined;
  #chained = false;

  constructor(file: RecordFile, digester: LineDigester, anchor: AnchoredFile | undefined) {
    const { findings, erasures } = this;
    this.#digester = digester;
    this.#anchor = anchor;
    this.#runs = new WriterRuns(digester);
    this.chains = new WriterChains(findings, this.broken, anchor?.writers ?? {});
    this.signatures = new Signatures(digester.field === "hmac");
    this.ownership = new Ownership(file, findings);
    this.controls = new ControlCheck({ findings, erasures, ownership: this.ownership });
  }

  /** Checks the line from `start` to `end`, without its newline; `bytes` is undefined if it is too long. */
  line(
    segment: SegmentState,
    bytes: Buffer | undefined,
    start: number,
    end: number,
    offset: number,
  ): void {
    segment.line += 1;
    if (bytes !== undefined && this.#follows(segment, bytes, start, end, offset)) return;
    this.settle();
    const place: Place = { segment, line: segment.line, offset, held: this.held };
    if (bytes === undefined) {
      if (segment.seal === undefined) this.broken.add(place, "too-long");
      return;
    }
    const tail = readChainTail(bytes, start, end);
    if (segment.seal !== undefined) return this.#behindSeal(place, segment.seal, tail);
    if (tail === undefined) return this.#loose(place, bytes, start, end);
    segment.add(bytes, digestStart(end));
    this.#chained = true;
    this.#chainedLine(place, tail, bytes, start, end);
    this.#compareWithAnchor(segment);
    // Only writers whose records are known to belong here may take the fast path.
    const isKnown = this.ownership.knows(tail.writer);
    this.#runs.expectAfter(tail, isKnown ? this.chains.all.get(tail.writer) : undefined);
  }

  /** Records how far the writers are whose lines took the fast path; call it before reading their state. */
  settle(): void {
    this.#runs.settle();
  }

  /** Whether the line takes the fast path; if so, counts it. */
  #follows(
    segment: SegmentState,
    bytes: Buffer,
    start: number,
    end: number,
    offset: number,
  ): boolean {
    if (segment.seal !== undefined) return false;
    if (!this.#runs.follows(segment, bytes, start, end, offset, this.held)) return false;
    if (this.#digester.field === "hmac") this.signatures.keyed += 1;
    this.held += 1;
    this.records += 1;
    segment.add(bytes, digestStart(end));
    if (this.#anchor !== undefined) this.#compareWithAnchor(segment);
    return true;
  }

  #chainedLine(place: Place, tail: ChainTail, bytes: Buffer, start: number, end: number): void {
    const isRecord = bytes[start + 2] !== 0x74;
    if (!isRecord && isErasedLine(bytes, start, end)) {
      this.erased += 1;
      this.held += 1;
      this.erasures.add(tail.writer, tail.sequence, place);
      return this.chains.follow(tail, place, true);
    }
    const ought = this.#digestOf(tail, bytes, start);
    if (ought !== undefined && ought !== tail.digest) {
      return this.#changed(place, tail, ought, bytes.subarray(start, end));
    }
    this.held += 1;
    this.signatures.note(place, tail);
    this.chains.follow(tail, place, false);
    if (isRecord) {
      this.records += 1;
      this.ownership.checkRecord(place, tail.writer, bytes.subarray(start, end));
    } else this.controls.take(place, tail, bytes.subarray(start, end));
  }

  /** What the digest ought to be; undefined if only somebody with the key could tell. */
  #digestOf(tail: DigestTail, bytes: Buffer, start: number): string | undefined {
    const signed = bytes.subarray(start, start + tail.signedBytes);
    if (tail.field === "digest") return hash("sha256", signed, "base64url").slice(0, DIGEST_CHARS);
    return this.#digester.field === "hmac" ? this.#digester.digest(signed) : undefined;
  }

  #changed(place: Place, tail: ChainTail, ought: string, line: Buffer): void {
    if (tail.field === "hmac") {
      this.signatures.note(place, tail);
      this.signatures.misfits += 1;
    }
    const isPlaced = this.chains.placeChanged(tail, place, ought);
    if (!isPlaced && line.includes(0)) return this.broken.add(place, "torn");
    if (!isPlaced) this.broken.addTold(place, 1);
    const message = `line ${place.line} was changed: its ${tail.field} does not match its content`;
    this.findings.add({ kind: "changed", place, message, writer: tail.writer });
  }

  /** Takes a line without chain fields. */
  #loose(place: Place, bytes: Buffer, start: number, end: number): void {
    const { segment } = place;
    const kind = kindOfLine(bytes, start, end);
    if (kind === "blank") {
      this.blank += 1;
      return;
    }
    if (kind === "sealed" && sealedSegment(bytes, start, end) === segment.number) {
      return this.#seal(place, bytes, start, end);
    }
    const isRecord = kind === "record" && typeOf(bytes, start, end) === undefined;
    if (isRecord && !this.#chained && segment.number === 1) {
      this.unchained += 1;
      this.firstUnchained ??= place;
      // The first lines of a chain may have been here.
      if (this.unchained <= MAX_UNCHAINED) this.broken.add(place, "unchained");
      return;
    }
    const isTorn = kind === "torn" || bytes.subarray(start, end).includes(0);
    if (isTorn) return this.broken.add(place, "torn");
    const isWhole = isRecord && typeof decodeRecord(bytes.subarray(start, end)) === "object";
    this.broken.add(place, isWhole ? "loose" : "foreign");
  }

  #seal(place: Place, bytes: Buffer, start: number, end: number): void {
    if (place.segment.current) {
      const message = `line ${place.line} is a seal in a file that is still written to: no store put it there`;
      return this.findings.add({ kind: "inserted", place, message });
    }
    place.segment.seal = place;
    const tail = readDigestTail(bytes, start, end);
    const ought = tail && this.#digestOf(tail, bytes, start);
    if (ought === undefined || ought === tail?.digest) return;
    const message = `line ${place.line}, the seal, was changed`;
    this.findings.add({ kind: "changed", place, message });
  }

  #behindSeal(place: Place, seal: Place, tail: ChainTail | undefined): void {
    if (place.segment.compressed) {
      const message = `line ${place.line} was put behind the seal after this file was compressed`;
      this.findings.add({ kind: "inserted", place, message });
    }
    this.void += 1;
    if (tail === undefined) return;
    const state = this.chains.all.get(tail.writer);
    if (state !== undefined) state.voided ??= { sequence: tail.sequence, seal };
  }

  #compareWithAnchor(segment: SegmentState): void {
    const anchor = this.#anchor;
    if (anchor === undefined || segment.number !== anchor.segment) return;
    if (segment.lines !== anchor.lines || segment.snapshot() === anchor.digests) return;
    segment.reordered = true;
  }
}
