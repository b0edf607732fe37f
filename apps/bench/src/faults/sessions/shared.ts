import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { StuckError } from "../lab/lab-process.ts";
import { cutOff, kill, loseServer, pause, terminate } from "./blows.ts";
import type { Blow } from "./call-judge.ts";
import { count, judge, readRecords } from "./evidence.ts";
import { SWEEP_MS, TIMEOUT_MS } from "./lab-sessions.ts";
import { lifetimesOf } from "./lifetime-judge.ts";
import { markOf } from "./marks.ts";
import type { Member } from "./members.ts";
import { leftovers, play } from "./play.ts";
import { searchFolder } from "./search.ts";
import { Team, type Struck } from "./team.ts";

/** After this many runs, everything is checked, and the next ones begin with a new server. */
const RUNS_OF_A_TEAM = 5;
/** Tolerance for a busy server and busy processes. */
const SLACK_MS = 1_500;

type Blowing = (victim: Member, team: Team, random: () => number) => Promise<Struck>;

interface SharedFault extends Pick<Fault, "name" | "about" | "runs"> {
  readonly strike: Blowing;
}

/** A fault that strikes processes that share sessions on Redis. */
function shared({ strike, ...fault }: SharedFault): Fault {
  return { ...fault, secondsPerRun: 5, strike: (asked) => strikeTeams(asked, strike) };
}

export const kills: Fault = shared({
  name: "kills",
  about: "one or all members of the sessions are killed with kill -9",
  runs: 60,
  strike: kill,
});

export const signals: Fault = shared({
  name: "signals",
  about: "members get a SIGTERM, which ends the sessions that they created",
  runs: 20,
  strike: terminate,
});

export const pauses: Fault = shared({
  name: "pauses",
  about: "members are stopped, mostly until their sessions have timed out, and then continue",
  runs: 60,
  strike: pause,
});

export const cuts: Fault = shared({
  name: "cuts",
  about: "members lose the server: connections are closed, fall silent, or let no answer through",
  runs: 40,
  strike: cutOff,
});

export const losses: Fault = shared({
  name: "losses",
  about: "the server is killed and comes back empty",
  runs: 20,
  strike: loseServer,
});

const BLOWS: readonly Blowing[] = [kill, terminate, pause, cutOff, loseServer];

/** Any of these. */
export const mixture: Fault = shared({
  name: "mixture",
  about: "members are struck by any of these",
  runs: BLOWS.length,
  strike: async (victim, team, random) => {
    const blow = BLOWS[Math.floor(random() * BLOWS.length)] as Blowing;
    return blow(victim, team, random);
  },
});

async function strikeTeams(asked: Strike, strike: Blowing): Promise<FaultReport> {
  const findings: Finding[] = [];
  const did: Record<string, number> = {};
  for (let first = 1; first <= asked.runs; first += RUNS_OF_A_TEAM) {
    const last = Math.min(asked.runs, first + RUNS_OF_A_TEAM - 1);
    await using team = await Team.open(asked, `team-${first}`);
    const blows: Blow[] = [];
    const find = (run: number, problems: readonly Problem[]): void => {
      findings.push(...problems.map((problem) => ({ ...problem, run })));
    };
    for (let at = first; at <= last; at++) {
      try {
        const name = `run-${at}-${Math.floor(asked.random() * 2 ** 32).toString(36)}`;
        const ran = await play({
          team,
          name,
          random: asked.random,
          strike: async (victim, of) => {
            const struck = await strike(victim, of, asked.random);
            blows.push(...struck.blows);
            return struck;
          },
        });
        find(at, ran);
      } catch (error) {
        if (!(error instanceof StuckError)) throw error;
        find(at, [{ kind: "stuck", message: error.message }]);
        break;
      }
      asked.onRun?.(at);
    }
    find(last, await settle(asked, team, blows));
    const counts = count(team.told());
    for (const [what, many] of Object.entries({ runs: last - first + 1, ...counts })) {
      did[what] = (did[what] ?? 0) + many;
    }
  }
  return { did, findings };
}

/**
 * What is wrong once every session is over: at the latest after its timeout and a sweep, as long as any process lives.
 */
async function settle(asked: Strike, team: Team, blows: readonly Blow[]): Promise<Problem[]> {
  await delay(TIMEOUT_MS + SWEEP_MS + SLACK_MS);
  const lifetimes = lifetimesOf(team.told());
  const marks = lifetimes.map(({ epoch }) => markOf(epoch));
  const names = [...new Set(lifetimes.map(({ workflowId }) => workflowId))];
  const problems = await leftovers(team, [...marks, ...names]);
  for (const folder of [team.server.dir, team.records]) {
    const places = await searchFolder(folder, marks);
    problems.push(...places.map((place) => ({ kind: "leftover", message: place }) as const));
  }
  await team.close();
  for (const words of team.lastWords()) {
    if (!/ by itself with (0|SIGTERM)\b/.test(words))
      problems.push({ kind: "failed call", message: words });
  }
  const records = await readRecords(asked.subject, team.records);
  return [...problems, ...judge({ attempts: team.told(), blows, records })];
}
