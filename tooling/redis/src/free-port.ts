import { once } from "node:events";
import { createServer } from "node:net";

/** A cluster node that listens on port P has its bus port at P + 10000. */
export const busPortOffset = 10_000;

/**
 * Returns a loopback port that was free a moment ago, as was its bus port. It may be taken by the
 * time it is used, so the caller retries with another. Below 32768, where systems begin to assign
 * ports to outgoing connections.
 */
export async function pickPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + busPortOffset))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
