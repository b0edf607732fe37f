import type { Problem } from "../lab/finding.ts";
import type { Attempt, Read } from "./journal.ts";
import { claimOf, editsOf } from "./marks.ts";

/**
 * Judges the conversation of one lifetime: every acknowledged message is there once, at its position, as it was edited
 * last; all readers see one order; nothing of another lifetime is in it.
 */
export function judgeConversation(epoch: string, attempts: readonly Attempt[]): Problem[] {
  const problems: Problem[] = [];
  const find = (kind: Problem["kind"], message: string): void => {
    problems.push({ kind, message: `session ${epoch}: ${message}` });
  };
  const places = new Places(find);
  for (const attempt of attempts) {
    if (attempt.kind === "say" && attempt.result?.position !== undefined) {
      places.add(attempt.result.position, attempt.message);
    }
  }
  const histories = attempts.filter((attempt) => attempt.kind === "history");
  const about = byMessage(attempts);
  for (const history of histories) {
    const read = history.result?.read;
    if (read === undefined) continue;
    judgeOrder(epoch, read, places, find);
    const texts = new Map(read.map(([, message, text]) => [message, text]));
    for (const [message, told] of about) {
      const text = texts.get(message);
      if (text !== undefined || history.limit === undefined) {
        judgeMessage(epoch, { message, text, told, history }, find);
      }
    }
    for (const [, message] of read) {
      if (!about.has(message)) find("wrong data", `${message} was read, but nobody said it`);
    }
  }
  return problems;
}

type Find = (kind: Problem["kind"], message: string) => void;

/** The position of each message, for every reader. */
class Places {
  readonly #find: Find;
  readonly #messages = new Map<number, string>();
  readonly #positions = new Map<string, number>();

  constructor(find: Find) {
    this.#find = find;
  }

  add(position: number, message: string): void {
    const there = this.#messages.get(position) ?? message;
    const before = this.#positions.get(message) ?? position;
    if (there !== message) {
      this.#find("disagreement", `position ${position} is ${there}'s and ${message}'s`);
    }
    if (before !== position) this.#find("duplicate", `${message} is at ${before} and ${position}`);
    this.#messages.set(position, message);
    this.#positions.set(message, position);
  }
}

function judgeOrder(epoch: string, read: readonly Read[], places: Places, find: Find): void {
  let last = 0;
  const tokens = new Map<string, number>();
  for (const [position, message, text] of read) {
    if (position <= last) find("wrong data", `position ${position} was read after ${last}`);
    last = position;
    places.add(position, message);
    if (editsOf(epoch, message, text) === undefined) {
      find("escaped", `${message} reads "${text}", which belongs to another session`);
    }
    const claim = claimOf(message);
    if (claim === undefined) continue;
    const before = tokens.get(claim.step) ?? 0;
    if (claim.token < before) {
      find("stale write", `${message} comes after a message of claim ${before}`);
    }
    tokens.set(claim.step, Math.max(before, claim.token));
  }
}

interface Seen {
  readonly message: string;
  /** Absent if it was not read. */
  readonly text: string | undefined;
  readonly told: readonly Attempt[];
  readonly history: Attempt;
}

function judgeMessage(epoch: string, { message, text, told, history }: Seen, find: Find): void {
  const { begin, end = Infinity } = history;
  const wasDone = ({ result, end: at = Infinity }: Attempt): boolean =>
    result !== undefined && at < begin;
  const removals = told.filter(({ kind }) => kind === "remove");
  if (text === undefined) {
    const isGone = removals.some((removal) => removal.begin < end);
    if (!isGone && told.some((attempt) => attempt.kind === "say" && wasDone(attempt))) {
      find("lost", `${message} was acknowledged, but ${history.who} did not read it`);
    }
    return;
  }
  if (removals.some(wasDone)) find("undone", `${message} was removed, but ${history.who} read it`);
  const edits = editsOf(epoch, message, text);
  if (edits === undefined) return;
  const tried = told.flatMap((attempt) => (attempt.kind === "edit" ? [attempt] : []));
  const least = Math.max(0, ...tried.filter(wasDone).map((edit) => edit.edits));
  if (edits < least)
    find("undone", `${message} was edited ${least} times, but reads as edited ${edits} times`);
  if (edits > 0 && !tried.some((edit) => edit.edits === edits && edit.begin < end)) {
    find("wrong data", `${message} reads as edited ${edits} times, which nobody did`);
  }
}

function byMessage(attempts: readonly Attempt[]): Map<string, Attempt[]> {
  const about = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    if (!("message" in attempt)) continue;
    const told = about.get(attempt.message);
    if (told === undefined) about.set(attempt.message, [attempt]);
    else told.push(attempt);
  }
  return about;
}
