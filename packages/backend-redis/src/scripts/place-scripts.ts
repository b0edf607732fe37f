import { lifetime, noLifetime } from "./lifetime.ts";
import { registry } from "./registry.ts";
import { defineScript, type Script } from "./script.ts";
import { clock, time } from "./time.ts";

/** A script for the memory of an agent, and the same for a workflow, which has lifetimes. */
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
  return defineScript(name, time, registry, lifetime, ...parts);
}

/** A script that is told of the clock and nothing else. */
export function defineClockScript(name: string, body: string): Script {
  return { ...defineScript(name, clock, body), headerLength: 2 };
}
