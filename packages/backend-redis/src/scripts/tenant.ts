import {
  delistBody,
  dueBody,
  enlistBody,
  liveBody,
  placesBody,
  registry,
  settleBody,
} from "./registry.ts";
import { defineScript, type Script } from "./script.ts";
import { time } from "./time.ts";

/** The scripts that run where a tenant's registry is stored. */
export const enlist: Script = defineScript("enlist", time, registry, enlistBody);
export const delist: Script = defineScript("delist", time, registry, delistBody);
export const settle: Script = defineScript("settle", time, registry, settleBody);
export const places: Script = defineScript("stats", time, placesBody);
export const liveWorkflows: Script = defineScript("listWorkflows", time, liveBody);
export const dueWorkflows: Script = defineScript("takeExpired", time, dueBody);
