import { withSession } from "@mem/session";
import type { Example } from "./stage.ts";

/** One run of a team: its own memory, conversation and activity, and a clean end. */
export const sessions: Example = {
  name: "sessions",
  title: "Session context",
  async run({ memory, show, signal }) {
    const workflowId = `spring-campaign-${crypto.randomUUID().slice(0, 8)}`;

    await withSession(
      {
        memory,
        workflowId,
        metadata: { goal: "spring campaign" },
        // What was said outlives the session in long-term memory, to be searched.
        keepConversation: true,
        signal,
      },
      async (session) => {
        // Each agent has its own memory within the session; the team shares one.
        await session.saveAgentMemory("strategy", "audience", {
          segment: "returning customers",
          size: 18_400,
        });
        await session.saveAgentMemory("content", "headline", "Welcome back to spring");
        await session.team.save("deadline", "2026-03-20");

        await session.addConversationMessage({
          agentId: "strategy",
          role: "assistant",
          content: "We go for returning customers.",
        });
        await session.addConversationMessage({
          agentId: "content",
          role: "assistant",
          content: "Then the headline says welcome back.",
        });

        show.table(
          ["asked", "answer"],
          [
            [
              "strategy asks for its audience",
              await session.retrieveAgentMemory("strategy", "audience"),
            ],
            [
              "content asks for strategy's audience",
              await session.retrieveAgentMemory("content", "audience"),
            ],
            ["anyone asks the team's deadline", await session.team.retrieve("deadline")],
            ["strategy outside the session", await memory.retrieve("strategy", "audience")],
          ],
        );

        const history = await session.getConversationHistory({ limit: 10 });
        show.table(
          ["#", "agent", "message"],
          history.map((message) => [message.position, message.agentId ?? "", message.content]),
        );

        const summary = await session.getSessionSummary();
        show.table(
          ["agent", "operations", "messages", "errors"],
          summary.agents.map((agent) => [
            agent.agentId,
            agent.operations,
            agent.messages,
            agent.errors,
          ]),
        );
      },
    );

    // The session has ended: nothing of it is left in short-term memory.
    const left = await memory.getConversationHistory(workflowId);
    const { activeSessions } = await memory.getStats();
    show.say(
      `\nAfter the session: ${left.length} messages left, ${activeSessions} sessions active.`,
    );
    const question = "which customers?";
    const said = await memory.searchConversation(workflowId, question, { topK: 1 });
    show.say(`Its conversation was kept, and can still be asked “${question}”`);
    show.table(
      ["score", "agent", "said"],
      said.map((hit) => [hit.score.toFixed(2), hit.agentId ?? "", hit.content]),
    );
  },
};
