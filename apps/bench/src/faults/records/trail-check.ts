import { createHash, createHmac } from "node:crypto";
import type { ExecutionRecord } from "@mem/core";
import type { Problem } from "../lab/finding.ts";
import { linesOf, type TrailFile, type TrailLine } from "./trail-files.ts";

/*
 * An independent reader of the format of a trail: it shares no code with what wrote the trail.
 */

const CHAIN =
  /"writer":"([\w-]{12})","sequence":(\d+),"previous":"([\w-]{32})","(digest|hmac)":"([\w-]{32})"\}$/;
const SEAL =
  /^\{"type":"sealed","timestamp":"[^"]+","segment":(\d+),"(?:digest|hmac)":"[\w-]{32}"\}$/;
const ERASED = /^\{"type":"erased", *"writer":/;
const CONTROL = '{"type":"';
const FIRST = "A".repeat(32);

export interface ChainLine {
  readonly writer: string;
  readonly sequence: number;
  readonly previous: string;
  readonly field: "digest" | "hmac";
  readonly digest: string;
}

export interface CheckedTrail {
  readonly problems: readonly Problem[];
  /** The records in its lines, oldest first. */
  readonly records: readonly ExecutionRecord[];
  /** The number of lines: records, control lines and stubs. */
  readonly lines: number;
}

export function chainOf(text: string): ChainLine | undefined {
  const [, writer = "", sequence, previous = "", field, digest = ""] = CHAIN.exec(text) ?? [];
  if (field !== "digest" && field !== "hmac") return undefined;
  return { writer, sequence: Number(sequence), previous, field, digest };
}

export function isSeal(text: string): boolean {
  return SEAL.test(text);
}

export function isControl(text: string): boolean {
  return text.startsWith(CONTROL);
}

/** The digest that a line has to end with. */
export function digestOf(signed: string, key?: string): string {
  const hash = key === undefined ? createHash("sha256") : createHmac("sha256", key);
  return hash.update(signed).digest().subarray(0, 24).toString("base64url");
}

/** The lines that count: in an earlier segment, only those before its seal; blank ones never do. */
export function countingLines({ content, segment }: TrailFile): TrailLine[] {
  const lines = linesOf(content).filter(({ bytes }) => bytes.toString().trim() !== "");
  if (segment === Infinity) return lines;
  const seal = lines.findIndex(({ bytes }) => isSeal(bytes.toString()));
  return seal < 0 ? lines : lines.slice(0, seal);
}

/** Checks every line of an agent: each has to be whole, match its digest, and follow its writer's last one. */
export function checkTrail(files: readonly TrailFile[], key?: string): CheckedTrail {
  const problems: Problem[] = [];
  const records: ExecutionRecord[] = [];
  const heads = new Map<string, ChainLine>();
  let lines = 0;
  for (const file of files) {
    for (const line of countingLines(file)) {
      lines++;
      const place = `${file.label} line ${line.number}`;
      const text = line.bytes.toString();
      const chain = chainOf(text);
      const value = parse(text);
      if (value === undefined || chain === undefined || !line.isTerminated) {
        problems.push({ kind: "broken line", message: `${place}: ${text.slice(0, 100)}` });
        continue;
      }
      const objection = objectTo(text, chain, heads.get(chain.writer), key);
      if (objection !== undefined) {
        problems.push({ kind: "broken chain", message: `${place}: ${objection}` });
      }
      heads.set(chain.writer, chain);
      if (!isControl(text)) records.push(toRecord(value));
    }
  }
  return { problems, records, lines };
}

function objectTo(
  text: string,
  chain: ChainLine,
  head: ChainLine | undefined,
  key: string | undefined,
): string | undefined {
  const { sequence, previous, field, digest } = chain;
  if (field !== (key === undefined ? "digest" : "hmac")) return `it ends with ${field}`;
  const signed = text.slice(0, text.lastIndexOf(`,"${field}":"`));
  if (!ERASED.test(text) && digestOf(signed, key) !== digest)
    return "its content does not match its digest";
  if (sequence !== (head?.sequence ?? 0) + 1) {
    return `line ${sequence} of ${chain.writer} behind ${head?.sequence ?? "none"}`;
  }
  if (previous !== (head?.digest ?? FIRST)) return "it does not follow the previous line";
  return undefined;
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function toRecord(value: object): ExecutionRecord {
  const {
    writer: _,
    sequence: __,
    previous: ___,
    digest: ____,
    hmac: _____,
    ...record
  } = value as ExecutionRecord & Readonly<Record<string, unknown>>;
  return record;
}
