import { BaseAgent } from "@mem/agent";
import type { Example } from "./stage.ts";

/** Splits a budget over channels; refuses a budget of zero or less. */
class BudgetAgent extends BaseAgent<
  { budget: number; channels: string[] },
  Record<string, number>
> {
  protected override async run(input: {
    budget: number;
    channels: string[];
  }): Promise<Record<string, number>> {
    if (input.budget <= 0) throw new RangeError("there is nothing to spend");
    const share = Math.floor(input.budget / input.channels.length);
    return Object.fromEntries(input.channels.map((channel) => [channel, share]));
  }
}

/** Every run of an agent leaves records: when it started, how it ended, how long it took. */
export const records: Example = {
  name: "records",
  title: "Execution records",
  async run({ memory, settings, show }) {
    const agent = new BudgetAgent({ agentId: "budget", home: memory });

    const split = await agent.execute({ budget: 9000, channels: ["email", "search", "social"] });
    show.say(`The agent split the budget: ${JSON.stringify(split)}`);
    await agent.execute({ budget: 0, channels: ["email"] }).catch((error: unknown) => {
      show.say(`The agent refused: ${String(error)}`);
    });

    // The trail is read newest first, and only as far as needed.
    const rows = [];
    for await (const record of memory.getExecutionRecords({ agentId: "budget", limit: 4 })) {
      rows.push([
        record.timestamp,
        record.status,
        record.durationMs === undefined ? "" : `${record.durationMs} ms`,
        record.error ?? record.output ?? record.input ?? "",
      ]);
    }
    show.table(["time", "status", "duration", "what"], rows);
    show.say(
      `The records are lines of ${settings.executionRecordsDir}/budget.jsonl: read them with tail or jq.`,
    );
  },
};
