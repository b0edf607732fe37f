import { BaseAgent } from "@mem/agent";
import { where } from "@mem/core";
import type { SessionContext } from "@mem/session";
import type { Thinker } from "./thinker.ts";

/** An agent of the marketing team: it shares a session with the others and thinks with the given thinker. */
export abstract class TeamMember<Input, Output> extends BaseAgent<Input, Output> {
  protected readonly session: SessionContext;
  protected readonly thinker: Thinker;

  constructor(agentId: string, session: SessionContext, thinker: Thinker) {
    super({ agentId, home: session });
    this.session = session;
    this.thinker = thinker;
  }

  /** Tells the team, in the session's conversation. */
  protected async tell(content: string): Promise<void> {
    const { agentId } = this;
    await this.session.addConversationMessage({ agentId, role: "assistant", content });
  }

  /** What the shared knowledge says, best passages first; only under headings that contain `heading`, if it is given. */
  protected async ask(
    question: string,
    { heading = "", topK = 2 }: { heading?: string; topK?: number } = {},
  ): Promise<string[]> {
    const hits = await this.searchMemory(question, {
      memoryType: "shared",
      topK,
      ...(heading !== "" && { filter: where.contains("heading", capitalized(heading)) }),
    });
    return hits.map((hit) => (hit.value as { text: string }).text.replaceAll(/\s+/g, " "));
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
