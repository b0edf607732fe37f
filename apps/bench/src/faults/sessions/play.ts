import { setTimeout as delay } from "node:timers/promises";
import type { Problem } from "../lab/finding.ts";
import type { Attempt } from "./journal.ts";
import { TIMEOUT_MS } from "./lab-sessions.ts";
import { lifetimesOf } from "./lifetime-judge.ts";
import { markOf } from "./marks.ts";
import type { Parting } from "./member-task.ts";
import type { Member } from "./members.ts";
import { searchRedis } from "./search.ts";
import type { Struck, Team } from "./team.ts";

const SESSIONS = 3;
const RECORDED = "-recorded";
const PARTINGS = ["end", "leave", "abort", "drop", "drop"] as const;
/** How often watchers go on until they must have seen the last state. */
const LINGERING = 0.3;
const LONGEST_PLAY_MS = 400;
/** A member that was struck comes back when all that it had has timed out, and then goes on for `COMEBACK_MS`. */
const LONG_BLOW_MS = TIMEOUT_MS + 200;
const COMEBACK_MS = 150;

export interface PlayOptions {
  readonly team: Team;
  readonly name: string;
  readonly random: () => number;
  /** Strikes one of the members, or all. */
  strike(victim: Member, team: Team): Promise<Struck>;
}

/**
 * Members share sessions, one of them is struck, and the others go on and end the sessions or do not; then another one
 * begins under the same names, while the member that was struck comes back.
 */
export async function play(options: PlayOptions): Promise<Problem[]> {
  const { team, name, random } = options;
  const workflows = Array.from(
    { length: SESSIONS },
    (_, i) => `${name}-${i}${random() < 0.7 ? RECORDED : ""}`,
  );
  const members = team.members();
  const victim = pick(members, random);
  const order = { workflows, recorded: RECORDED };
  await Promise.all(members.map((member) => member.play({ ...order, join: "if-exists" })));
  await delay(random() * LONGEST_PLAY_MS);

  const struck = await options.strike(victim, team);
  const struckAt = performance.now();
  const isLong = random() < struck.lasting;
  await delay(random() * LONGEST_PLAY_MS);
  if (!isLong) await struck.heal();
  await delay(random() * LONGEST_PLAY_MS);
  const isAway = (member: Member): boolean => isLong && member === victim;
  await part(
    members.filter((member) => member.isAlive && !isAway(member)),
    random,
  );

  const told = team.told();
  const before = lifetimesOf(told).filter(({ workflowId }) => workflowId.startsWith(name));
  const ended = new Set(told.flatMap(endedBy));
  // Sessions that a call has ended are gone at once.
  const gone = before.filter(({ epoch }) => ended.has(epoch)).map(({ epoch }) => markOf(epoch));
  const problems = await leftovers(team, gone);
  const successor = team.members().find((member) => !isAway(member)) as Member;
  const begun = await successor.play({ ...order, join: "never" });
  if (begun < SESSIONS) {
    const message = `${SESSIONS - begun} of ${name} could not start again: they never ended`;
    problems.push({ kind: "stuck", message });
  }
  if (isLong) {
    await delay(Math.max(1, LONG_BLOW_MS - (performance.now() - struckAt)));
    await struck.heal();
    await delay(COMEBACK_MS);
    if (victim.isAlive) await part([victim], random);
  }
  const marks = before.map(({ epoch }) => markOf(epoch));
  problems.push(...(await leftovers(team, marks)));
  await part([successor], random);
  return problems;
}

function endedBy(attempt: Attempt): readonly string[] {
  return attempt.kind === "clean" && attempt.by === "end" ? (attempt.result?.over ?? []) : [];
}

/** Finds what is left in the server of texts with these marks. */
export async function leftovers(team: Team, marks: readonly string[]): Promise<Problem[]> {
  const places = await searchRedis(team.server, marks);
  return places.map((place) => ({ kind: "leftover", message: place }));
}

/** All members stop, one of them reads everything, and each session is ended or left to its timeout. */
async function part(members: readonly Member[], random: () => number): Promise<void> {
  const lingers = random() < LINGERING;
  await Promise.all(members.map((member) => member.rest(lingers)));
  await members[0]?.audit();
  const how = Array.from({ length: SESSIONS }, (): Parting => pick(PARTINGS, random));
  await Promise.all(members.map((member) => member.part(how)));
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
