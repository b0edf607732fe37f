import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/** Answers the state of a live workflow, or nothing if it is not live. */
const body = `
leave(false, false)
return { clock, 'OK', live and redis.call('HGETALL', state) or {} }
`;

export const getWorkflow: Script = defineWorkflowScript("getWorkflow", body);
