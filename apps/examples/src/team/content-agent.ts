import { planKey, textsKey } from "./plan.ts";
import { TeamMember } from "./team-member.ts";

/** Writes a text for each channel of the plan, in the brand's voice. */
export class ContentAgent extends TeamMember<void, { texts: number }> {
  protected override async run(): Promise<{ texts: number }> {
    const plan = await this.session.team.retrieve(planKey);
    if (plan === undefined) throw new Error("there is no plan yet");
    const voice = await this.ask("how do we address customers, and how long is a headline?");

    const texts = [];
    for (const { channel } of plan.channels) {
      const text = await this.thinker.think(
        `Write the headline for ${channel}: ${plan.message}`,
        voice,
        HEADLINES[channel] ?? plan.message,
      );
      texts.push({ channel, text });
    }
    await this.session.team.save(textsKey, texts);
    // A draft of the agent's own: no other agent sees it.
    await this.saveToMemory("voice-notes", voice);
    await this.tell(`I wrote ${texts.length} headlines; none is longer than eight words.`);
    return { texts: texts.length };
  }
}

const HEADLINES: Readonly<Record<string, string>> = {
  email: "Anna, 7 new things since your last order",
  search: "Spring collection: ships in two days",
  social: "What would you plant first?",
};
