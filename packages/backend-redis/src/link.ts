import type { Socket } from "node:net";
import type { SentCommand } from "./sent-command.ts";
import { ServerClock } from "./server-clock.ts";

/** What is known of one connection to one server, whichever client holds it. */
export class Link {
  readonly clock: ServerClock = new ServerClock();
  /** The scripts it has seen, by hash. */
  readonly scripts: Set<string> = new Set();
  /** Written to it and not answered yet. */
  readonly #unanswered = new Set<SentCommand>();

  readonly #socket: Socket;
  #isGathering = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => {
      for (const command of this.#unanswered) command.lose();
    });
  }

  written(command: SentCommand): void {
    this.#unanswered.add(command);
  }

  answered(command: SentCommand): void {
    this.#unanswered.delete(command);
  }

  /** Lets what is written in one tick travel together: one system call instead of one for each command. */
  gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      this.#socket.uncork();
    });
  }
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
