import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Stands between a client and a server, and fails as networks do. */
export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** Cuts the connection when the server has executed the next command, before its answer gets through. */
  loseNextReply(): void;
  /** Rewrites what the server answers. */
  rewriteReplies(rewrite: ((reply: string) => string) | undefined): void;
  /** Lets nothing through in either direction, with the connections open. */
  freeze(): void;
  thaw(): void;
  cutAll(): void;
}

export async function startTcpProxy(port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let losesNextReply = false;
  let rewrite: ((reply: string) => string) | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk) => upstream.write(chunk));
    upstream.on("data", (chunk) => {
      if (losesNextReply) {
        losesNextReply = false;
        client.destroy();
        return;
      }
      client.write(rewrite === undefined ? chunk : rewrite(chunk.toString("latin1")), "latin1");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextReply: () => {
      losesNextReply = true;
    },
    rewriteReplies: (by) => {
      rewrite = by;
    },
    freeze: () => {
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      for (const socket of sockets) socket.resume();
    },
    cutAll,
    async [Symbol.asyncDispose]() {
      server.close();
      cutAll();
      await once(server, "close");
    },
  };
}
