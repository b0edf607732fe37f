import type { ShortTermBackend } from "@mem/core";
import { setTimeout as wait } from "node:timers/promises";
import { getOne, write } from "./samples.ts";

const NOWHERE = { tenantId: "time", agentId: "probe" };

/** A minute from now is not the same on a server: the backend's own stamp says what time it is there. */
export async function timeOf(backend: ShortTermBackend): Promise<number> {
  await backend.save(NOWHERE, [write("time")]);
  const { updatedAt } = (await getOne(backend, NOWHERE, "time"))!;
  return updatedAt;
}

/** Whether the backend's time moves only when it is told to, as a manual clock does, or runs on, as a server's does. */
export async function timeStandsStill(backend: ShortTermBackend): Promise<boolean> {
  const before = await timeOf(backend);
  await wait(5);
  return (await timeOf(backend)) === before;
}
