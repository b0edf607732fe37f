import { comparePlaces, counted, type Place } from "./findings.ts";
import type { ClosedLine } from "./control-check.ts";
import type { LineCheck } from "./line-check.ts";
import type { AnchoredFile } from "./record-anchor.ts";
import type { SegmentState } from "./segment-state.ts";

/** What the files are checked against. */
export interface Expectations {
  readonly anchor: AnchoredFile | undefined;
  readonly hasKey: boolean;
  /** Whether lines without a chain may be those of an earlier release. */
  readonly hadEarlierFormat: boolean;
}

/** Checks what only the end can tell: missing files and ends of chains, and whether the key fits. Returns notes. */
export function conclude(
  check: LineCheck,
  segments: readonly SegmentState[],
  { anchor, hasKey, hadEarlierFormat }: Expectations,
): string[] {
  const last = segments.at(-1);
  if (last === undefined) return [];
  checkNumbers(check, segments);
  // The anchor goes first: it says whose line is missing; a `closed` line says only that one is.
  if (anchor !== undefined) checkAnchored(check, segments, anchor, last);
  for (const closed of check.controls.closed) checkClosed(check, segments, closed, hasKey);
  check.chains.conclude();
  const notes = [...check.broken.conclude(), ...check.erasures.conclude(check.findings)];
  if (hasKey) checkSignatures(check, segments);
  const mayBeUnchained = hadEarlierFormat && !hasKey;
  if (!mayBeUnchained && check.firstUnchained !== undefined) {
    const why = hasKey
      ? "anybody can have written them"
      : "no earlier release wrote here, by format.json";
    const message = `${counted(check.unchained, "line")} without a chain from here on: ${why}`;
    check.findings.add({ kind: "unsigned", place: check.firstUnchained, message });
  }
  checkKey(check, hasKey);
  return [...notes, ...remarks(check, segments, mayBeUnchained)];
}

function checkNumbers(check: LineCheck, segments: readonly SegmentState[]): void {
  let expected = check.controls.dropped + 1;
  for (const segment of segments) {
    if (segment.number > expected) {
      const missing =
        segment.number - expected === 1
          ? `segment ${expected} is missing`
          : `segments ${expected} to ${segment.number - 1} are missing`;
      const message = `${missing}: no retention has dropped what was there`;
      check.findings.add({ kind: "segment", place: segment.begin(0), message });
    }
    expected = Math.max(expected, segment.number + 1);
  }
}

/** Checks a segment against its `closed` line. */
function checkClosed(
  check: LineCheck,
  segments: readonly SegmentState[],
  { line, keyed, place }: ClosedLine,
  hasKey: boolean,
): void {
  const segment = segments.find(({ number }) => number === line.segment);
  if (segment === undefined || segment.current) return;
  const { findings } = check;
  segment.closed = true;
  const digests = keyed ? segment.values().keyed : segment.values().plain;
  const isSame =
    segment.lines === line.lines && (digests === undefined || digests === line.digests);
  if (isSame) {
    if (keyed || !hasKey) segment.vouched = true;
    if (segment.seal === undefined && !segment.touched) {
      const message = `the seal is missing that segment ${line.segment} ended with`;
      findings.add({ kind: "cut", place: segment.end(check.held), message });
    }
    return;
  }
  const missing = check.broken.explainIn(segment, Math.max(0, line.lines - segment.lines));
  if (segment.touched) return;
  const was = `line ${place.line} of ${place.segment.label}, written when it was closed`;
  if (missing > 0) {
    const message = `${counted(missing, "line")} of ${counted(line.lines, "line")} missing in this segment, by ${was}: the last of a writer, or of several, here or behind it`;
    findings.add({ kind: "cut", place: firstEnd(check, segment), message });
  } else if (segment.lines > line.lines) {
    const message = `${counted(segment.lines - line.lines, "line")} more in this segment than by ${was}`;
    findings.add({ kind: "inserted", place: segment.begin(0), message });
  } else {
    const blanked = firstUnvouched(check, segment);
    const message =
      blanked === undefined && segment.unsigned === undefined
        ? `lines of several writers in this segment changed places, by ${was}`
        : `a line from here on is not what it was, by ${was}`;
    const kind = blanked === undefined && segment.unsigned === undefined ? "reordered" : "changed";
    findings.add({ kind, place: blanked ?? segment.unsigned ?? segment.begin(0), message });
  }
}

/** The place after the first line in a segment that is the end of a chain. */
function firstEnd(check: LineCheck, segment: SegmentState): Place {
  const ends = [...check.chains.all.values()]
    .flatMap(({ place }) => (place?.segment === segment ? [place] : []))
    .toSorted(comparePlaces);
  const [first] = ends;
  if (first === undefined) return segment.begin(0);
  return { ...first, line: first.line + 1, held: first.held + 1 };
}

/** The first blanked-out line whose digest no later line of its writer confirms. */
function firstUnvouched(check: LineCheck, segment: SegmentState): Place | undefined {
  return [...check.chains.all.values()]
    .flatMap(({ place, erased }) => (erased && place?.segment === segment ? [place] : []))
    .toSorted(comparePlaces)
    .at(0);
}

function checkAnchored(
  check: LineCheck,
  segments: readonly SegmentState[],
  anchor: AnchoredFile,
  last: SegmentState,
): void {
  const { findings, chains, broken } = check;
  for (const [writer, { sequence, segment: number }] of Object.entries(anchor.writers)) {
    if (number <= check.controls.dropped) continue;
    const state = chains.all.get(writer);
    const segment = segments.find((each) => each.number === number) ?? last;
    const missing = broken.explain(state?.place, sequence - (state?.sequence ?? 0), writer);
    if (missing <= 0) continue;
    if (state?.voided !== undefined) chains.blameSeal(state.voided.seal);
    else if (state?.place === undefined) {
      const message = `all ${counted(missing, "line")} of a writer are missing that were here when the anchor was made`;
      findings.add({ kind: "missing-writer", place: segment.end(check.held), message, writer });
    } else {
      const { place } = state;
      const message = `${counted(missing, "line")} missing at the end of a chain: they were here when the anchor was made`;
      const next = { ...place, line: place.line + 1, held: place.held + 1 };
      findings.add({ kind: "cut", place: next, message, writer });
    }
  }
  for (const segment of segments) {
    if (!segment.reordered || segment.touched) continue;
    const message = `lines of several writers in this file changed places since the anchor was made, or lines were inserted`;
    findings.add({ kind: "reordered", place: segment.begin(0), message });
  }
  if (last.number < anchor.segment && findings.count === 0) {
    const message = `the files end with segment ${last.number}; when the anchor was made, there was a segment ${anchor.segment}`;
    findings.add({ kind: "cut", place: last.end(check.held), message });
  }
}

function checkSignatures(check: LineCheck, segments: readonly SegmentState[]): void {
  for (const { unsigned, unsignedLines, vouched, current } of segments) {
    if (unsigned === undefined || vouched) continue;
    const way = current ? "; rotate() closes this file with the key, which vouches for them" : "";
    const message = `${counted(unsignedLines, "line")} from here on with a digest that anybody can make, where one with the key is due${way}`;
    check.findings.add({ kind: "unsigned", place: unsigned, message });
  }
}

/** A wrong key must not look like a thousand changed lines. */
function checkKey(
  { findings, signatures: { keyed, misfits, first: place } }: LineCheck,
  hasKey: boolean,
): void {
  if (place === undefined) return;
  if (!hasKey) {
    const message = `${counted(keyed, "line")} from here on signed with a key that this store was not given: only their order was checked`;
    findings.add({ kind: "key", place, message });
  } else if (misfits === keyed && keyed > 1) {
    const message = `none of ${counted(keyed, "signed line")} fits the key: it is another one than they were signed with`;
    findings.replaceBy({ kind: "key", place, message });
  }
}

function remarks(
  check: LineCheck,
  segments: readonly SegmentState[],
  mayBeUnchained: boolean,
): string[] {
  const { unchained, blank } = check;
  const { dropped } = check.controls;
  const notes: string[] = [];
  if (unchained > 0 && mayBeUnchained)
    notes.push(
      `${counted(unchained, "line")} without a chain at the beginning, as an earlier release wrote them: nothing vouches for them`,
    );
  if (blank > 0) notes.push(counted(blank, "blank line"));
  if (check.void > 0)
    notes.push(`${counted(check.void, "line")} behind a seal, which count for nothing`);
  if (dropped > 0) notes.push(`segments up to ${dropped} were dropped by retention`);
  const open = segments.filter(({ current, closed }) => !current && !closed);
  if (open.length > 0)
    notes.push(
      `not closed yet: ${open
        .map(({ label }) => label)
        .slice(0, 10)
        .join(", ")}`,
    );
  return notes;
}
