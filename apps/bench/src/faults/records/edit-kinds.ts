import { chainOf, digestOf, isControl, isSeal } from "./trail-check.ts";

/** One file of a trail to edit: its lines without their newlines. */
export interface EditedFile {
  readonly label: string;
  readonly isCurrent: boolean;
  readonly lines: string[];
}

/** What has to be reported about an edit. */
export interface Expected {
  readonly what: string;
  readonly label: string;
  /** Lines of that file, from 1, any of which is right; empty: anywhere in the agent's files. */
  readonly lines: readonly number[];
}

type Random = () => number;
type Edit = (
  file: EditedFile,
  random: Random,
  others: readonly EditedFile[],
) => Expected | undefined;

const pick = (below: number, random: Random): number => Math.floor(random() * below);

/** The number of lines that count: in an earlier segment, those before its seal. */
function sizeOf({ lines, isCurrent }: EditedFile): number {
  const seal = isCurrent ? -1 : lines.findIndex(isSeal);
  return seal < 0 ? lines.length : seal;
}

/** The number of the next line by the same writer as `text`, from index `from` on; 0 if there is none. */
function follower({ lines }: EditedFile, text: string, from: number): number {
  const writer = chainOf(text)?.writer;
  for (let at = from; at < lines.length; at++) {
    if (chainOf(lines[at] as string)?.writer === writer) return at + 1;
  }
  return 0;
}

/** Where it shows that lines are missing at a place: at the next line of each of their writers. */
function gap(file: EditedFile, removed: readonly string[], at: number): readonly number[] {
  const lines = removed.map((text) => follower(file, text, at));
  return lines.includes(0) ? [] : lines;
}

function changeByte(file: EditedFile, random: Random): Expected {
  const at = pick(sizeOf(file), random);
  const text = file.lines[at] as string;
  const bytes = Buffer.from(text);
  const place = pick(bytes.length, random);
  bytes.writeUInt8(bytes.readUInt8(place) ^ (1 + pick(127, random)), place);
  const changed = bytes.toString("latin1");
  const isLine = chainOf(changed) !== undefined && !changed.includes("\n");
  // Bytes that are not valid UTF-8 stay what they are.
  file.lines[at] = changed;
  const what = `byte ${place} of line ${at + 1} changed`;
  if (isLine) return { what, label: file.label, lines: [at + 1] };
  const lines = gap(file, [text], at + 1);
  // A newline splits the line in two, and it may be the second part that is invalid.
  const parts = changed.includes("\n") ? [at + 1, at + 2] : [at + 1];
  return { what, label: file.label, lines: lines.length === 0 ? [] : [...parts, ...lines] };
}

function forge(file: EditedFile, random: Random): Expected {
  const at = pick(sizeOf(file), random);
  const chain = chainOf(file.lines[at] as string);
  const { writer, sequence, previous } = chain ?? {
    writer: "w".repeat(12),
    sequence: 1,
    previous: "A",
  };
  const record = `{"id":"forged-${at}","timestamp":"2026-01-01T00:00:00.000Z","agentId":"agent","tenantId":"default","status":"success"`;
  const signed = `${record},"writer":"${writer}","sequence":${sequence},"previous":"${previous}"`;
  file.lines[at] = `${signed},"digest":"${digestOf(signed)}"}`;
  return { what: `line ${at + 1} forged`, label: file.label, lines: [at + 1] };
}

function insertForged(file: EditedFile, random: Random): Expected {
  const at = pick(sizeOf(file), random);
  const signed = `{"id":"forged-${at}","timestamp":"2026-01-01T00:00:00.000Z","agentId":"agent","tenantId":"default","status":"success","writer":"forgedwriter","sequence":1,"previous":"${"A".repeat(32)}"`;
  file.lines.splice(at, 0, `${signed},"digest":"${digestOf(signed)}"}`);
  return { what: `a forged line ${at + 1} inserted`, label: file.label, lines: [at + 1] };
}

function remove(file: EditedFile, random: Random): Expected {
  const at = pick(sizeOf(file), random);
  const count = Math.min(1 + pick(3, random), sizeOf(file) - at);
  const removed = file.lines.splice(at, count);
  const what = `${count} lines from line ${at + 1} on removed`;
  return { what, label: file.label, lines: gap(file, removed, at) };
}

function duplicate(file: EditedFile, random: Random): Expected {
  const from = pick(sizeOf(file), random);
  const at = pick(sizeOf(file), random);
  file.lines.splice(at, 0, file.lines[from] as string);
  // The two lines are equal: either may be reported as the copy.
  const lines = [at + 1, from < at ? from + 1 : from + 2];
  return { what: `line ${from + 1} put again at ${at + 1}`, label: file.label, lines };
}

function swap(file: EditedFile, random: Random): Expected | undefined {
  const first = pick(sizeOf(file), random);
  const second = follower(file, file.lines[first] as string, first + 1) - 1;
  if (second < 0 || second >= sizeOf(file)) return undefined;
  const text = file.lines[first] as string;
  file.lines[first] = file.lines[second] as string;
  file.lines[second] = text;
  return {
    what: `lines ${first + 1} and ${second + 1} swapped`,
    label: file.label,
    lines: [first + 1],
  };
}

/** Swaps two neighbours by different writers: their order is no evidence until the segment is closed. */
function swapWriters(file: EditedFile, random: Random): Expected | undefined {
  if (file.isCurrent) return undefined;
  const at = pick(sizeOf(file) - 1, random);
  const [first = "", second = ""] = file.lines.slice(at, at + 2);
  if (chainOf(first)?.writer === chainOf(second)?.writer) return undefined;
  file.lines.splice(at, 2, second, first);
  return {
    what: `lines ${at + 1} and ${at + 2} of two writers swapped`,
    label: file.label,
    lines: [],
  };
}

/** Inserts a line of another file, which is valid there. */
function splice(
  file: EditedFile,
  random: Random,
  others: readonly EditedFile[],
): Expected | undefined {
  const other = others[pick(others.length, random)];
  if (other === undefined || other === file) return undefined;
  const at = pick(sizeOf(file), random);
  const from = pick(sizeOf(other), random);
  file.lines.splice(at, 0, other.lines[from] as string);
  return {
    what: `line ${from + 1} of ${other.label} put at ${at + 1}`,
    label: file.label,
    lines: [at + 1],
  };
}

function cut(file: EditedFile, random: Random): Expected {
  const at = pick(sizeOf(file), random);
  const text = file.lines[at] as string;
  const kept = random() < 0.5 ? [] : [text.slice(0, pick(text.length, random))];
  file.lines.splice(at, Infinity, ...kept);
  return { what: `cut in line ${at + 1}`, label: file.label, lines: [] };
}

function moveSeal(file: EditedFile, random: Random): Expected | undefined {
  const seal = file.lines.findIndex(isSeal);
  if (file.isCurrent || seal < 1) return undefined;
  const [text = ""] = file.lines.splice(seal, 1);
  const at = pick(seal, random);
  file.lines.splice(at, 0, text);
  return { what: `the seal moved up to line ${at + 1}`, label: file.label, lines: [] };
}

function plantSeal(
  file: EditedFile,
  random: Random,
  others: readonly EditedFile[],
): Expected | undefined {
  const seal = others.flatMap(({ lines }) => lines.filter(isSeal)).at(-1);
  if (!file.isCurrent || seal === undefined) return undefined;
  const at = 1 + pick(file.lines.length - 1, random);
  file.lines.splice(at, 0, seal);
  return { what: `a seal planted at line ${at + 1}`, label: file.label, lines: [at + 1] };
}

/** Erases a record as the store does, but without a record of the erasure. */
function eraseByHand(file: EditedFile, random: Random): Expected | undefined {
  const at = pick(sizeOf(file), random);
  const text = file.lines[at] as string;
  const tail = text.lastIndexOf('"writer":');
  if (isControl(text) || tail < 0) return undefined;
  const start = '{"type":"erased",';
  const blanks = Buffer.byteLength(text.slice(0, tail)) - start.length;
  file.lines[at] = `${start}${" ".repeat(blanks)}${text.slice(tail)}`;
  return { what: `line ${at + 1} erased by hand`, label: file.label, lines: [at + 1] };
}

function joinLines(file: EditedFile, random: Random): Expected | undefined {
  const at = pick(sizeOf(file) - 1, random);
  const removed = file.lines.splice(at, 2);
  file.lines.splice(at, 0, removed.join(""));
  const lines = gap(file, removed.slice(0, 1), at + 1);
  return {
    what: `lines ${at + 1} and ${at + 2} joined`,
    label: file.label,
    lines: lines.length === 0 ? [] : [at + 1, ...lines],
  };
}

export const EDITS: readonly Edit[] = [
  changeByte,
  changeByte,
  changeByte,
  forge,
  insertForged,
  remove,
  remove,
  duplicate,
  swap,
  swapWriters,
  splice,
  cut,
  moveSeal,
  plantSeal,
  eraseByHand,
  joinLines,
];
