import { once } from "node:events";
import { createServer } from "node:net";

/** Beside every listening port P of a cluster's node lies its bus port, P + 10000. */
export const busPortOffset = 10_000;

/**
 * A loopback port that was free a moment ago, its bus port too. It may be taken by the time it is
 * used, so its user tries again with another. Below 32768, where systems begin to hand out ports
 * to outgoing connections.
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
