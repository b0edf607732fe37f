import { planKey } from "./plan.ts";
import { TeamMember } from "./team-member.ts";

export interface Brief {
  readonly goal: string;
  readonly budget: number;
}

/** Decides whom to address and where, from the shared knowledge and the lessons of earlier campaigns. */
export class StrategyAgent extends TeamMember<Brief, { channels: number }> {
  protected override async run({ goal, budget }: Brief): Promise<{ channels: number }> {
    const audience = await this.ask("whom does a spring campaign address first?");
    // Long-term memory, of any earlier workflow: what the last campaign earned decides the order of the channels.
    const experience = await this.searchMemory("which channel earned the most in a campaign", {
      topK: 3,
    });
    const best = experience
      .map((hit) => hit.metadata?.["channel"])
      .find((channel) => typeof channel === "string");

    const order = ["email", "search", "social"].toSorted(
      (a, b) => Number(b === best) - Number(a === best),
    );
    const shares = [0.5, 0.3, 0.2];
    const channels = await Promise.all(
      order.map(async (channel, i) => ({
        channel,
        budget: Math.round(budget * (shares[i] ?? 0)),
        because:
          channel === best
            ? "it earned most in the last campaign"
            : firstSentence((await this.ask("customers", { heading: channel, topK: 1 }))[0]),
      })),
    );
    const facts = [...audience, ...experience.map((hit) => hit.snippet)];
    const message = await this.thinker.think(
      `What should a campaign with the goal “${goal}” say?`,
      facts,
      "Welcome back: see what is new this spring",
    );

    await this.session.team.save(planKey, {
      goal,
      audience: audience[0] ?? "everyone",
      message,
      channels,
    });
    await this.tell(`The plan is set: ${order.join(", ")}. We say: ${message}`);
    return { channels: channels.length };
  }
}

function firstSentence(text = ""): string {
  return /^.*?(?=[.:;](?:\s|$))/s.exec(text)?.[0].replaceAll(/\s+/g, " ") ?? text;
}
