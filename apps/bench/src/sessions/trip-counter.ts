import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Stands between clients and a server, and counts how many times the server was asked and then answered. */
export interface TripCounter extends AsyncDisposable {
  /** The URL for clients. */
  readonly url: string;
  /** Round trips so far, of all connections. */
  readonly trips: () => number;
}

/** What is sent together is one round trip: a new one begins with whatever is asked after an answer. */
export async function startTripCounter(port: number): Promise<TripCounter> {
  let trips = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ port, host: "127.0.0.1" });
    let isAsking = false;
    client.on("data", () => {
      if (!isAsking) trips += 1;
      isAsking = true;
    });
    upstream.on("data", () => {
      isAsking = false;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from.setNoDelay());
      from.on("error", () => to.destroy()).on("close", () => sockets.delete(from));
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trips: () => trips,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
