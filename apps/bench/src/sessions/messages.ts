import { createRandom } from "../random.ts";
import { drawText, type Script } from "../value-text.ts";

/** What an agent says: about 230 bytes of JSON. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly agentId: string;
  readonly content: string;
  readonly metadata: { readonly turn: number };
}

const MESSAGES = 1024;
const TEXT_BYTES = 145;
const AGENTS = ["strategist", "writer", "analyst"] as const;
const SEED = 20_261_123;
const SCRIPTS: readonly Script[] = ["ascii", "ascii", "ascii", "ascii", "latin", "ascii", "wide"];

let messages: readonly Message[] | undefined;

/** The `turn`-th message of a conversation, the same one in every run; after the 1,024th, they repeat. */
export function messageAt(turn: number): Message {
  messages ??= createMessages();
  return messages[turn % MESSAGES] as Message;
}

function createMessages(): readonly Message[] {
  const random = createRandom(SEED);
  return Array.from({ length: MESSAGES }, (_, turn) => ({
    role: turn % 2 === 0 ? "user" : "assistant",
    agentId: AGENTS[turn % AGENTS.length] as string,
    content: drawText(SCRIPTS[turn % SCRIPTS.length] as Script, TEXT_BYTES, random),
    metadata: { turn },
  }));
}
