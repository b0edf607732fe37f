import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** How a connection fails. */
export type Cut =
  /** All connections are closed, and so is every new one, at once. */
  | "severed"
  /** Connections stay open, but nothing gets through. */
  | "silent"
  /** The server receives everything, but no answer gets through. */
  | "deaf";

/** The connection of one process to the server, which can be cut. */
export interface WeakLink extends AsyncDisposable {
  readonly url: string;
  cut(how: Cut): void;
  mend(): void;
}

export async function openWeakLink(port: number): Promise<WeakLink> {
  const sockets = new Set<Socket>();
  let cut: Cut | undefined;
  const join = (client: Socket): void => {
    if (cut === "severed") {
      client.destroy();
      return;
    }
    const server = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      // What is lost stays lost: such a connection is closed when the link is mended.
      from.on("data", (chunk) => {
        if (cut === undefined || (cut === "deaf" && from === client)) to.write(chunk);
      });
    }
  };
  const listener = createServer(join);
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const closeAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    cut(how) {
      cut = how;
      if (how === "severed") closeAll();
    },
    mend() {
      if (cut !== undefined && cut !== "severed") closeAll();
      cut = undefined;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      closeAll();
      await once(listener, "close");
    },
  };
}
