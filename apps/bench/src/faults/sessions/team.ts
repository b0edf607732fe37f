import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startRedis, type RedisServer } from "@mem/redis-server";
import type { Strike } from "../lab/fault.ts";
import type { Blow } from "./call-judge.ts";
import type { Attempt } from "./journal.ts";
import { Member } from "./members.ts";
import { openWeakLink, type WeakLink } from "./weak-link.ts";

const MEMBERS = 3;
const LANES = 2;

/** Processes that share sessions on one server, each through a connection that can be cut. */
export class Team implements AsyncDisposable {
  readonly server: RedisServer;
  /** Where the audit trail is. */
  readonly records: string;
  readonly #strike: Strike;
  readonly #links: readonly WeakLink[];
  readonly #folder: string;
  #members: (Member | undefined)[] = Array.from({ length: MEMBERS }, () => undefined);
  #gone: Member[] = [];
  #started = 0;

  static async open(strike: Strike, name: string): Promise<Team> {
    const server = await startRedis();
    const links = await Promise.all(
      Array.from({ length: MEMBERS }, () => openWeakLink(server.port)),
    );
    return new Team(strike, server, links, join(strike.folder, name));
  }

  constructor(strike: Strike, server: RedisServer, links: readonly WeakLink[], folder: string) {
    this.#strike = strike;
    this.server = server;
    this.#links = links;
    this.#folder = folder;
    this.records = join(folder, "records");
    mkdirSync(this.records, { recursive: true });
  }

  /** The members that are alive, and new ones in place of the others. */
  members(): readonly Member[] {
    this.#members = this.#members.map((there, i) =>
      there?.isAlive === true ? there : this.#replace(there, i),
    );
    return this.#members as readonly Member[];
  }

  linkOf(member: Member): WeakLink {
    return this.#links[this.#members.indexOf(member)] as WeakLink;
  }

  /** All calls that members of this team have ever written down. */
  told(): Attempt[] {
    return [...this.#gone, ...this.#members].flatMap((member) => member?.told() ?? []);
  }

  /** How processes ended by themselves, which none should do. */
  lastWords(): string[] {
    return [...this.#gone, ...this.#members].flatMap((member) => {
      const words = member?.lastWords;
      return words === undefined ? [] : [`${member?.name} ${words}`];
    });
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.mend();
    const there = this.#members.filter((member) => member !== undefined);
    await Promise.all(there.map((member) => member.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) member?.[Symbol.dispose]();
    for (const link of this.#links) await link[Symbol.asyncDispose]();
    await this.server.stop();
  }

  #replace(gone: Member | undefined, i: number): Member {
    if (gone !== undefined) this.#gone.push(gone);
    const name = `p${this.#started++}`;
    return new Member({
      subject: this.#strike.subject,
      url: (this.#links[i] as WeakLink).url,
      records: this.records,
      journal: join(this.#folder, `${name}.journal`),
      name,
      seed: Math.floor(this.#strike.random() * 2 ** 32),
      lanes: LANES,
    });
  }
}

/** What was done to a team, and how to undo it. */
export interface Struck {
  readonly blows: readonly Blow[];
  /** The probability that it is undone only when the sessions have successors; 0 if the others can't go on before. */
  readonly lasting: number;
  heal(): Promise<void>;
}
