import { readJsonl } from "@mem/knowledge";
import { createProgress } from "./progress.ts";
import { oneLine } from "./show.ts";
import type { Stage } from "./stage.ts";

export interface MeetingsCommand extends Stage {
  /** A JSONL file of passages `{ id, text, meta: { scope, domain? } }`, or the folder with `docs.jsonl` in it. */
  readonly docs: string;
  /** How many meetings to replay. */
  readonly limit: number;
}

interface Turn {
  readonly speaker: string;
  readonly text: string;
}

/**
 * Replays meetings as conversations: every turn becomes a message of its workflow and a long-term entry of its speaker,
 * in the order of the meeting. Then asks what was said.
 */
export async function meetings({
  memory,
  show,
  signal,
  docs,
  limit,
}: MeetingsCommand): Promise<void> {
  const replayed = new Map<string, number>();
  const progress = createProgress(process.stderr, "turns");
  let turns = 0;
  for await (const { text, metadata } of readJsonl(
    docs.endsWith(".jsonl") ? docs : `${docs}/docs.jsonl`,
  )) {
    const { scope: meeting, domain = "Product" } = metadata ?? {};
    if (typeof meeting !== "string" || domain !== "Product") continue;
    if (!replayed.has(meeting) && replayed.size >= limit) continue;
    const parsed = readTurns(text);
    const from = replayed.get(meeting) ?? 0;
    const workflowId = `meeting:${meeting}`;
    for (const [i, { speaker, text: content }] of parsed.entries()) {
      signal.throwIfAborted();
      const id = `${meeting}#${from + i}`;
      await memory.addConversationMessage(workflowId, {
        id,
        agentId: speaker,
        role: "assistant",
        content,
      });
      progress.show(++turns);
    }
    await memory.saveMany(
      "minutes",
      parsed.map(({ speaker, text: content }, i) => ({
        key: `${meeting}#${String(from + i).padStart(5, "0")}`,
        value: { speaker, said: content },
        text: `${speaker}: ${content}`,
        sequence: { id: meeting, position: from + i },
        metadata: { meeting, speaker },
      })),
      { memoryType: "long_term" },
    );
    replayed.set(meeting, from + parsed.length);
  }
  progress.done();
  show.table(["meeting", "turns replayed"], [...replayed]);

  const [first] = replayed.keys();
  if (first === undefined) return show.say("There was no meeting to replay.");
  const last = await memory.getConversationHistory(`meeting:${first}`, { limit: 4 });
  show.say(`\nHow ${first} ended`);
  show.table(
    ["#", "who", "said"],
    last.map(({ position, agentId, content }) => [position, agentId, content]),
  );

  for (const question of [
    "What should the remote control look like?",
    "What did marketing find out about users?",
    "How much may it cost?",
  ]) {
    const hits = await memory.searchSimilar("minutes", question, { topK: 3 });
    show.say(`\n“${question}”`);
    show.table(
      ["score", "meeting", "said", "keyword + neighbours"],
      hits.map((hit) => [
        hit.score.toFixed(2),
        hit.metadata?.["meeting"],
        oneLine(hit.snippet),
        `${(hit.scores.keyword ?? 0).toFixed(2)} + ${(hit.scores.neighbours ?? 0).toFixed(2)}`,
      ]),
    );
  }
}

/** Transcripts have a turn a line: `Speaker: what was said`. */
function readTurns(transcript: string): Turn[] {
  return transcript.split("\n").flatMap((line) => {
    const [, speaker, text] = /^([^:\n]{1,60}):\s*(.+)$/.exec(line) ?? [];
    return speaker === undefined || text === undefined || text.trim() === ""
      ? []
      : [{ speaker, text: text.trim() }];
  });
}
