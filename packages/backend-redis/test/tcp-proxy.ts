import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** Stands between a client and a server, and fails like a network. */
export interface TcpProxy extends AsyncDisposable {
  readonly url: string;
  /** Cuts the connection after the server has executed the next command, before its answer arrives. */
  loseNextReply(): void;
  /** Cuts the connection at the next command, of which the server gets only the first `bytes` bytes. */
  loseNextRequest(bytes?: number): void;
  /** Rewrites the server's answers. */
  rewriteReplies(rewrite: ((reply: string) => string) | undefined): void;
  /** Delays answers by this many milliseconds. */
  delayReplies(ms: number): void;
  /** Passes everything on byte by byte, each in its own turn of the event loop. */
  drip(): void;
  /** Passes nothing on in either direction, and keeps the connections open; new connections are not affected. */
  freeze(): void;
  thaw(): void;
  cutAll(): void;
}

/** With `tls`, ends the encryption of the clients' connections, as a load balancer does. */
export async function startTcpProxy(port: number, tls?: TlsOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let losesNextReply = false;
  let lostRequestBytes: number | undefined;
  let rewrite: ((reply: string) => string) | undefined;
  let delayMs = 0;
  let drips = false;

  /** What is being sent to a socket, so that nothing overtakes what was sent before. */
  const underWay = new WeakMap<Socket, Promise<void>>();
  const send = (chunk: Buffer, to: Socket, ms: number): void => {
    const before = underWay.get(to);
    if (before === undefined && ms === 0 && !drips) to.write(chunk);
    else underWay.set(to, sendLater(chunk, to, ms, before));
  };
  const sendLater = async (
    chunk: Buffer,
    to: Socket,
    ms: number,
    before: Promise<void> | undefined,
  ): Promise<void> => {
    await Promise.all([before, delay(ms)]);
    for (const part of drips ? bytesOf(chunk) : [chunk]) {
      to.write(part);
      await setImmediate();
    }
  };
  const passRequest = (chunk: Buffer, client: Socket, upstream: Socket): void => {
    if (lostRequestBytes === undefined) {
      send(chunk, upstream, 0);
      return;
    }
    upstream.end(chunk.subarray(0, lostRequestBytes));
    lostRequestBytes = undefined;
    client.destroy();
  };
  const passReply = (chunk: Buffer, client: Socket): void => {
    if (losesNextReply) {
      losesNextReply = false;
      client.destroy();
      return;
    }
    const text = chunk.toString("latin1");
    const reply = Buffer.from(rewrite === undefined ? text : rewrite(text), "latin1");
    send(reply, client, delayMs);
  };
  const join = (client: Socket): void => {
    const upstream = connect(port, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        // The last data written to it still has to be sent.
        other.destroySoon();
      });
    }
    client.on("data", (chunk) => passRequest(chunk, client, upstream));
    upstream.on("data", (chunk) => passReply(chunk, client));
  };
  const server: Server = tls === undefined ? createServer(join) : createTlsServer(tls, join);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const scheme = tls === undefined ? "redis" : "rediss";
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextReply: () => {
      losesNextReply = true;
    },
    loseNextRequest: (bytes = 0) => {
      lostRequestBytes = bytes;
    },
    rewriteReplies: (by) => {
      rewrite = by;
    },
    delayReplies: (ms) => {
      delayMs = ms;
    },
    drip: () => {
      drips = true;
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

function bytesOf(chunk: Buffer): Buffer[] {
  return Array.from(chunk, (byte) => Buffer.of(byte));
}
