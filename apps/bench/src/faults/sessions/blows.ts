import { setTimeout as delay } from "node:timers/promises";
import { StuckError } from "../lab/lab-process.ts";
import type { Blow } from "./call-judge.ts";
import { now } from "./journal.ts";
import type { Member } from "./members.ts";
import type { Struck, Team } from "./team.ts";
import type { Cut } from "./weak-link.ts";

const LONGEST_END_MS = 6;
const GONE_WITHIN_MS = 10_000;

type Open = { -readonly [K in keyof Blow]: Blow[K] };

/** `kill -9`: one time in four for all members, one time in four for a member that is just ending its sessions. */
export async function kill(victim: Member, team: Team, random: () => number): Promise<Struck> {
  const chance = random();
  const victims = chance < 0.25 ? team.members() : [victim];
  if (chance > 0.75) {
    void victim.part(["end", "end", "end"]);
    await delay(random() * LONGEST_END_MS);
  }
  const blows = victims.map(({ name }) => open("killed", name));
  await Promise.all(victims.map((each) => each.kill()));
  return { blows, lasting: 0, heal: () => Promise.resolve() };
}

/** Sends SIGTERM, as an operator does; the process finishes what it has begun, and exits. */
export async function terminate(victim: Member): Promise<Struck> {
  const blow = open("terminated", victim.name);
  victim.signal("SIGTERM");
  if (!(await victim.endsWithin(GONE_WITHIN_MS))) {
    throw new StuckError(`${victim.name} did not end of its signal`);
  }
  return { blows: [blow], lasting: 0, heal: () => Promise.resolve() };
}

export function pause(victim: Member): Promise<Struck> {
  const blow = open("paused", victim.name);
  victim.signal("SIGSTOP");
  return Promise.resolve({
    blows: [blow],
    lasting: 0.6,
    async heal() {
      victim.signal("SIGCONT");
      blow.end = now();
      await delay(0);
    },
  });
}

const CUTS: readonly Cut[] = ["severed", "silent", "deaf", "deaf"];

/** Cuts the connection of a member, sometimes just as it ends its sessions. */
export async function cutOff(victim: Member, team: Team, random: () => number): Promise<Struck> {
  const blow = open("cut off", victim.name);
  const link = team.linkOf(victim);
  if (random() < 0.3) void victim.part(["end", "leave", "abort"]);
  await delay(random() * LONGEST_END_MS);
  link.cut(CUTS[Math.floor(random() * CUTS.length)] as Cut);
  return {
    blows: [blow],
    lasting: 0.4,
    async heal() {
      link.mend();
      blow.end = now();
      await delay(0);
    },
  };
}

/** The server dies, and comes back empty. */
export async function loseServer(_: Member, team: Team): Promise<Struck> {
  const blow = open("lost");
  await team.server.kill();
  return {
    blows: [blow],
    lasting: 0,
    async heal() {
      await team.server.restart();
      blow.end = now();
    },
  };
}

function open(kind: Blow["kind"], who?: string): Open {
  return { kind, begin: now(), ...(who !== undefined && { who }) };
}
