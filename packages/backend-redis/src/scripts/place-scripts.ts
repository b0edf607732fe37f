import { lifetime, lifetimeAnd, noLifetime } from "./lifetime.ts";
import { logs, theLog } from "./logs.ts";
import { registryOfPlace } from "./registry.ts";
import { defineScript, type Script } from "./script.ts";
import { clock, time } from "./time.ts";

/** The variants of a script: for the memory of an agent, and for a workflow, which has lifetimes. */
export interface PlaceScripts {
  readonly agent: Script;
  readonly workflow: Script;
}

export function definePlaceScripts(name: string, ...parts: readonly string[]): PlaceScripts {
  return {
    agent: defineAgentScript(name, ...parts),
    workflow: defineWorkflowScript(name, ...parts),
  };
}

export function defineAgentScript(name: string, ...parts: readonly string[]): Script {
  return defineScript(name, time, noLifetime, ...parts);
}

export function defineWorkflowScript(name: string, ...parts: readonly string[]): Script {
  return defineScript(name, time, registryOfPlace, lifetime, ...parts);
}

/** Defines a script about the log that its first argument names: `log`, nil if there is none. */
export function defineLogScripts(name: string, ...parts: readonly string[]): PlaceScripts {
  const workflow = lifetimeAnd("'l:' .. ARGV[11]");
  return {
    agent: defineAgentScript(name, logs, theLog, ...parts),
    workflow: defineScript(name, time, registryOfPlace, workflow, logs, theLog, ...parts),
  };
}

/** Defines a script that reads only the clock's part of the header. */
export function defineClockScript(name: string, body: string): Script {
  return { ...defineScript(name, clock, body), headerLength: 2 };
}
