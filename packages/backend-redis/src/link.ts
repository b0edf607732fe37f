import type { EventEmitter } from "node:events";
import type { SentCommand } from "./sent-command.ts";
import { ServerClock } from "./server-clock.ts";

/** What is known of one connection to one server, whichever client holds it. */
export class Link {
  readonly clock: ServerClock = new ServerClock();
  /** The scripts it has seen, by hash. */
  readonly scripts: Set<string> = new Set();
  /** Written to it and not answered yet. */
  readonly #unanswered = new Set<SentCommand>();

  constructor(socket: EventEmitter) {
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
}

// By socket, so that it ends with the socket: clients reconnect, and those of a Cluster come and go.
const links = new WeakMap<object, Link>();

export function linkOf(socket: object): Link {
  let link = links.get(socket);
  if (link === undefined) {
    link = new Link(socket as EventEmitter);
    links.set(socket, link);
  }
  return link;
}
