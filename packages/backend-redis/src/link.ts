import type { Socket } from "node:net";
import { Chain } from "./chain.ts";
import type { SentCommand } from "./sent-command.ts";
import { ServerClock } from "./server-clock.ts";

/** State of one connection to one server, whichever client holds it. */
export class Link {
  readonly clock: ServerClock = new ServerClock();
  /** Hashes of the scripts that were sent over it. */
  readonly scripts: Set<string> = new Set();
  /** Commands written to it and not answered yet. */
  readonly unanswered: Chain<SentCommand> = new Chain();

  /** When the last reply other than an error arrived, on the local monotonic clock. */
  heardAt = 0;
  readonly #socket: Socket;
  #written = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => {
      for (const command of this.unanswered.toArray()) command.lose();
    });
  }

  /** Disconnects from a silent server: a new connection may find another one. */
  leave(): void {
    this.#socket.destroy(new Error("the server does not answer"));
  }

  /** Sends everything after the first command of a tick together, with one system call instead of one each. */
  gather(): void {
    this.#written++;
    if (this.#written === 1) process.nextTick(this.#release);
    else if (this.#written === 2) this.#socket.cork();
  }

  readonly #release = (): void => {
    if (this.#written > 1) this.#socket.uncork();
    this.#written = 0;
  };
}

// By socket, so that a link ends with its socket: clients reconnect, and those of a Cluster come and go.
const links = new WeakMap<object, Link>();

export function linkOf(socket: object): Link {
  let link = links.get(socket);
  if (link === undefined) {
    link = new Link(socket as Socket);
    links.set(socket, link);
  }
  return link;
}
