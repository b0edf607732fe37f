import { delistBody, enlistBody, liveBody, placesBody, registry } from "./registry.ts";
import { defineScript, type Script } from "./script.ts";
import { time } from "./time.ts";

/** The scripts that run where the registry of a tenant lies. */
export const enlist: Script = defineScript("enlist", time, registry, enlistBody);
export const delist: Script = defineScript("delist", time, registry, delistBody);
export const places: Script = defineScript("stats", time, placesBody);
export const liveWorkflows: Script = defineScript("listWorkflows", time, liveBody);
