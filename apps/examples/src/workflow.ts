import { withSession } from "@mem/session";
import { oneLine } from "./show.ts";
import type { Example } from "./stage.ts";
import { AnalyticsAgent } from "./team/analytics-agent.ts";
import { ContentAgent } from "./team/content-agent.ts";
import { planKey, textsKey } from "./team/plan.ts";
import { StrategyAgent } from "./team/strategy-agent.ts";
import { createThinker } from "./team/thinker.ts";

/** Strategy, content and analytics plan a campaign together, in one session. */
export const workflow: Example = {
  name: "workflow",
  title: "Multi-agent workflow",
  async run({ memory, settings, show, signal }) {
    const thinker = createThinker(settings, signal);
    const workflowId = `campaign-${new Date().toISOString()}`;
    show.say(`Three agents plan a campaign; they think with ${thinker.name}.`);

    await withSession(
      { memory, workflowId, metadata: { goal: "spring campaign" }, signal },
      async (session) => {
        const strategy = new StrategyAgent("strategy", session, thinker);
        const content = new ContentAgent("content", session, thinker);
        const analytics = new AnalyticsAgent("analytics", session, thinker);

        await strategy.execute(
          { goal: "bring customers back in spring", budget: 10_000 },
          { signal },
        );
        await content.execute(undefined, { signal });
        const forecasts = await analytics.execute(undefined, { signal });

        const plan = await session.team.retrieve(planKey);
        const texts = (await session.team.retrieve(textsKey)) ?? [];
        show.say(`\nThe plan: ${plan?.message ?? ""}`);
        show.table(
          ["channel", "budget", "forecast", "headline", "reason"],
          (plan?.channels ?? []).map(({ channel, budget, because }) => [
            channel,
            `${budget} €`,
            `${forecasts.find((forecast) => forecast.channel === channel)?.revenue ?? 0} €`,
            texts.find((text) => text.channel === channel)?.text,
            because,
          ]),
        );

        show.say("\nTheir conversation");
        const messages = await session.getConversationHistory();
        show.table(
          ["#", "agent", "said"],
          messages.map(({ position, agentId, content: said }) => [position, agentId, said]),
        );

        const summary = await session.getSessionSummary();
        show.table(
          ["agent", "operations", "messages", "records", "errors"],
          summary.agents.map((agent) => [
            agent.agentId ?? "the team",
            agent.operations,
            agent.messages,
            agent.records,
            agent.errors,
          ]),
        );
      },
    );

    show.say("\nTheir audit trail");
    const trail = [];
    for await (const record of memory.getExecutionRecords({ workflowId, order: "oldest" })) {
      trail.push([
        record.timestamp,
        record.agentId,
        record.status,
        record.durationMs === undefined ? "" : `${record.durationMs} ms`,
      ]);
    }
    show.table(["time", "agent", "status", "duration"], trail);

    const lessons = await memory.searchSimilar("strategy", "which channel earned the most", {
      topK: 3,
    });
    show.say(
      `\nKept in long-term memory for the next campaign (${lessons.length} shown): ${lessons.map((hit) => oneLine(hit.snippet)).join(" | ")}`,
    );
  },
};
