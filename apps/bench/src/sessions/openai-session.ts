import type { loadPeer } from "../../peers/load.ts";
import type { Join } from "./conversation.ts";
import type { Message } from "./messages.ts";

interface OpenAiAgents {
  readonly MemorySession: new (options: { readonly sessionId: string }) => MemorySession;
}

interface MemorySession {
  addItems(items: readonly Item[]): Promise<void>;
  getItems(limit: number): Promise<readonly Item[]>;
}

type Item =
  | { readonly role: "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly status: "completed";
      readonly content: readonly { readonly type: "output_text"; readonly text: string }[];
    };

/** An OpenAI session for each conversation, in this process. */
export async function openAiSession(load: typeof loadPeer): Promise<Join> {
  const { MemorySession } = await load<OpenAiAgents>("@openai/agents-core");
  const sessions = new Map<string, MemorySession>();
  return async (sessionId) => {
    const session = sessions.get(sessionId) ?? new MemorySession({ sessionId });
    sessions.set(sessionId, session);
    return {
      append: (message) => session.addItems([toItem(message)]),
      fill: (messages) => session.addItems(messages.map(toItem)),
      last: (count) => session.getItems(count),
      textOf: (item) => textOfItem(item as Item),
    };
  };
}

function toItem({ role, content }: Message): Item {
  if (role === "user") return { role, content };
  return { role, status: "completed", content: [{ type: "output_text", text: content }] };
}

function textOfItem(item: Item): unknown {
  return item.role === "user" ? item.content : item.content[0]?.text;
}
