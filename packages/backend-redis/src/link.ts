import type { Socket } from "node:net";
import { Chain } from "./chain.ts";
import type { SentCommand } from "./sent-command.ts";
import { ServerClock } from "./server-clock.ts";

/** What is known of one connection to one server, whichever client holds it. */
export class Link {
  readonly clock: ServerClock = new ServerClock();
  /** The scripts it has seen, by hash. */
  readonly scripts: Set<string> = new Set();
  /** Written to it and not answered yet. */
  readonly unanswered: Chain<SentCommand> = new Chain();

  /** When it last said something, on the local monotonic clock. */
  heardAt = 0;
  readonly #socket: Socket;
  #written = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => {
      for (const command of this.unanswered.toArray()) command.lose();
    });
  }

  /** Leaves a server that says nothing: a new connection may find another. */
  leave(): void {
    this.#socket.destroy(new Error("the server does not answer"));
  }

  /** Lets what is written after the first command of a tick travel together: one system call instead of one for each. */
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

// By socket, so that it ends with the socket: clients reconnect, and those of a Cluster come and go.
const links = new WeakMap<object, Link>();

export function linkOf(socket: object): Link {
  let link = links.get(socket);
  if (link === undefined) {
    link = new Link(socket as Socket);
    links.set(socket, link);
  }
  return link;
}
