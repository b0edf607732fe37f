import { planKey } from "./plan.ts";
import { TeamMember } from "./team-member.ts";

export interface Forecast {
  readonly channel: string;
  readonly budget: number;
  readonly revenue: number;
  readonly source: string;
}

/** Forecasts what each channel earns, and keeps what was learned for the next campaign. */
export class AnalyticsAgent extends TeamMember<void, Forecast[]> {
  protected override async run(): Promise<Forecast[]> {
    const plan = await this.session.team.retrieve(planKey);
    if (plan === undefined) throw new Error("there is no plan yet");

    const forecasts = await Promise.all(
      plan.channels.map(async ({ channel, budget }): Promise<Forecast> => {
        const [source = "no knowledge"] = await this.ask("revenue for each euro", {
          heading: channel,
          topK: 1,
        });
        return { channel, budget, revenue: Math.round(budget * factor(source)), source };
      }),
    );
    const best = forecasts.toSorted((a, b) => b.revenue / b.budget - a.revenue / a.budget)[0];
    if (best !== undefined) {
      // Kept under the strategy's name, outside of this session's life: the next campaign finds it.
      await this.session
        .forAgent("strategy")
        .save(
          "lesson",
          `In the campaign “${plan.goal}” the channel ${best.channel} earned the most: ${best.revenue} euros for ${best.budget}.`,
          { memoryType: "long_term", metadata: { channel: best.channel } },
        );
      await this.tell(
        `${best.channel} earns the most for its money; I noted it for the next campaign.`,
      );
    }
    return forecasts;
  }
}

/** Euros of revenue for each euro spent, as far as the knowledge names a figure. */
function factor(passage: string): number {
  const named = /(\d+) euros of revenue for each euro/.exec(passage);
  return named === null ? 1 : Number(named[1]);
}
