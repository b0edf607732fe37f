import type { ShortTermBackend } from "@mem/core";
import { setTimeout as wait } from "node:timers/promises";
import { getOne, write } from "./samples.ts";

const NOWHERE = { tenantId: "time", agentId: "probe" };

/** Returns the backend's time, read from an entry's timestamp: a server's clock differs from this process's. */
export async function timeOf(backend: ShortTermBackend): Promise<number> {
  await backend.save(NOWHERE, [write("time")]);
  const { updatedAt } = (await getOne(backend, NOWHERE, "time"))!;
  return updatedAt;
}

/** Whether the backend's time moves only when advanced, as a manual clock's, and not by itself, as a server's. */
export async function timeStandsStill(backend: ShortTermBackend): Promise<boolean> {
  const before = await timeOf(backend);
  await wait(5);
  return (await timeOf(backend)) === before;
}
