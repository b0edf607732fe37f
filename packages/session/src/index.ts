export { createSession, withSession } from "./create-session.ts";
export { SessionContext } from "./session-context.ts";
export { Claim } from "./claim.ts";
export type { ForkSessionOptions, SessionOptions } from "./session-options.ts";
export type { EndingSignal } from "./process-signals.ts";
export type { ContextOptions } from "./context-request.ts";
export type { ConversationContext } from "./conversation-context.ts";
