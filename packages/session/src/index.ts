export { createSession, withSession } from "./create-session.ts";
export type { SessionOptions } from "./create-session.ts";
export { SessionContext } from "./session-context.ts";
export type { SessionSummary } from "./session-summary.ts";
