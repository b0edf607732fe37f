import { memoryKey } from "@mem/core";
import { withSession, type SessionContext } from "@mem/session";
import { z } from "zod";
import type { Example } from "./stage.ts";

/** What the strategist hands to the team. */
const brief = memoryKey("brief", z.string());

/** One run of a team: its own memory and conversation, steps that are handed over, and a clean end. */
export const sessions: Example = {
  name: "sessions",
  title: "Session context",
  async run({ memory, show, signal }) {
    const workflowId = `spring-campaign-${crypto.randomUUID().slice(0, 8)}`;
    // The conversation is kept in long-term memory after the session, where it can be searched.
    const options = { memory, workflowId, keepConversation: true, signal };

    const summary = await withSession(options, async (session) => {
      // All at the same time; with Redis, they could be three processes.
      const [first, second] = await Promise.all([
        copywriter(session, "writer 1"),
        copywriter(session, "writer 2"),
        strategist(session),
      ]);
      show.table(
        ["asked", "answer"],
        [
          ["what did writer 1 do?", first],
          ["what did writer 2 do?", second],
          // Each agent has its own memory within the session; the team shares one.
          ["what is the team's headline?", await session.team.retrieve("headline")],
          [
            "strategy asks for its own audience",
            await session.retrieveAgentMemory("strategy", "audience"),
          ],
          [
            "writer 1 asks for its own audience",
            await session.retrieveAgentMemory("writer 1", "audience"),
          ],
          ["strategy asks outside the session", await memory.retrieve("strategy", "audience")],
        ],
      );

      const context = await session.getContext({
        maxTokens: 70,
        // Usually a model does this; here the messages are only counted.
        summarize: (messages) => `${messages.length} messages about whom to write to`,
      });
      show.say(`\nThe context for a model with room for 70 tokens (${context.tokens} used)`);
      show.table(
        ["#", "who", "said"],
        [
          ["", "summary", context.summary],
          ...context.messages.map(({ position, agentId, role, content }) => [
            position,
            agentId ?? role,
            content,
          ]),
        ],
      );
      return session.endSession();
    });

    show.say(`\nWhat each agent did in the ${summary.durationMs} ms of the session`);
    show.table(
      ["agent", "operations", "messages", "errors"],
      summary.agents.map((agent) => [
        // What no particular agent did, such as the system message.
        agent.agentId ?? "the team",
        agent.operations,
        agent.messages,
        agent.errors,
      ]),
    );
    const left = await memory.getConversationHistory(workflowId);
    const { activeSessions } = await memory.getStats();
    show.say(
      `After the session's end: ${left.length} messages left, ${activeSessions} sessions active.`,
    );

    const question = "which customers?";
    const said = await memory.searchConversation(workflowId, question, { topK: 1 });
    show.say(`\nThe conversation was kept and can still be searched: “${question}”`);
    show.table(
      ["score", "agent", "said"],
      said.map((hit) => [hit.score.toFixed(2), hit.agentId ?? "", hit.content]),
    );
  },
};

/** Thinks aloud, then hands over a brief. */
async function strategist(session: SessionContext): Promise<void> {
  const say = async (content: string): Promise<unknown> =>
    session.addConversationMessage({ agentId: "strategy", role: "assistant", content });
  await session.addConversationMessage({ role: "system", content: "You plan a campaign." });
  await say("New customers are expensive this spring: every click costs twice what it did.");
  await say("Those who bought last year read us: 4 of 10 open what we send.");
  await say("We go for returning customers.");
  await session.saveAgentMemory("strategy", "audience", { segment: "returning", size: 18_400 });
  await session.team.save(brief, "Welcome back to spring");
}

/** Waits for the brief, then does the step unless another agent does it. */
async function copywriter(session: SessionContext, agentId: string): Promise<string> {
  for await (const { entry } of session.watch({ key: brief })) {
    if (entry === undefined) continue;
    // For a minute no other agent gets this step. If the claim is lost meanwhile, writes through it are refused.
    await using claim = await session.claim("headline", { ttl: 60, agentId });
    if (claim === undefined) return "nothing: the headline is another writer's step";
    await claim.team.save("headline", `${entry.value}!`);
    await claim.addConversationMessage({
      agentId,
      role: "assistant",
      content: "There is a headline.",
    });
    await claim.complete();
    return "wrote the headline once the brief was there";
  }
  return "nothing: there was no brief";
}
