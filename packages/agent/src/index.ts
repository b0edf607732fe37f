export { BaseAgent } from "./base-agent.ts";
export type { AgentHome, AgentOptions, RunContext } from "./base-agent.ts";
