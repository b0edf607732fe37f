import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as thinking } from "node:timers/promises";
import { BaseAgent } from "@mem/agent";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, redactSecrets } from "@mem/core";
import { createJsonlRecords, type JsonlRecords } from "@mem/records-jsonl";
import type { Show } from "./show.ts";
import type { Example } from "./stage.ts";

/** Answers a customer; it refuses one wish. */
class SupportAgent extends BaseAgent<{ from: string; wish: string }, string> {
  protected override async run({ from, wish }: { from: string; wish: string }): Promise<string> {
    await thinking(3);
    if (wish === "a refund") throw new RangeError(`${from} has to ask the shop`);
    return `To ${from}: you get ${wish}.`;
  }
}

/** Records that nobody can change unnoticed, that keep no secrets, and from which a person can be erased. */
export const audit: Example = {
  name: "audit",
  title: "Audit trail",
  async run({ show }) {
    // In a temporary folder: this example tampers with a file, which should not be one of yours.
    const dir = await mkdtemp(join(tmpdir(), "mem-audit-"));
    try {
      const records = createJsonlRecords({ dir, key: crypto.randomUUID() });
      await using memory = new MemoryManager({
        shortTerm: createMemoryBackend(),
        records,
        redact: redactSecrets(),
      });
      const agent = new SupportAgent({ agentId: "support", home: memory });
      await serve(agent);

      show.say(
        `The files of this example are in ${dir} and are removed at its end.\nEach line is redacted before it is written, and ends with a digest of its content:`,
      );
      const file = join(dir, "support.jsonl");
      const [line = ""] = (await readFile(file, "utf8")).split("\n");
      show.say(`  ${line}\n`);

      await showStats(memory, show);
      await showVerification(records, show);

      const before = await readFile(file, "utf8");
      await writeFile(file, before.replace("you get a discount", "you get nothing"));
      show.say("\nSomebody edits an answer with a text editor.");
      await showVerification(records, show);
      await writeFile(file, before);

      const { records: erased } = await memory.erase({ subject: "customer:anna" });
      show.say(`\nThe edit is undone, and ${erased} records about customer:anna are erased.`);
      await showVerification(records, show);
      await showStats(memory, show);
    } finally {
      await rm(dir, { recursive: true });
    }
  },
};

async function serve(agent: SupportAgent): Promise<void> {
  const wishes = [
    { name: "anna", wish: "a catalogue" },
    { name: "ben", wish: "a discount" },
    { name: "anna", wish: "a refund" },
  ];
  for (const { name, wish } of wishes) {
    const input = { from: `${name}@example.com`, wish };
    // The record says how it ended; there is nothing to add here.
    await agent.execute(input, { subject: `customer:${name}` }).catch(() => undefined);
  }
}

async function showStats(memory: MemoryManager, show: Show): Promise<void> {
  const stats = await memory.getExecutionStats();
  show.table(
    ["agent", "records", "by status", "errors", "mean duration"],
    stats.map(({ agentId, records, statuses, errorRate, meanDurationMs }) => [
      agentId,
      records,
      Object.entries(statuses)
        .map(([status, count]) => `${count} ${status}`)
        .join(", "),
      `${Math.round(100 * errorRate)} %`,
      meanDurationMs === undefined ? "–" : `${meanDurationMs.toFixed(1)} ms`,
    ]),
  );
}

async function showVerification(records: JsonlRecords, show: Show): Promise<void> {
  const { ok, lines, records: intact, erased, agents } = await records.verify();
  if (ok) {
    const blank = erased === 0 ? "" : `, ${erased} erased ones of which only the digest is kept`;
    const own = lines - intact - erased;
    const notes = own === 0 ? "" : `, ${own} lines that say what was done to the trail`;
    show.say(`Verified: all ${lines} lines are valid: ${intact} records${blank}${notes}.`);
    return;
  }
  for (const { file, message } of agents.flatMap(({ problems }) => problems)) {
    show.say(`Verification failed: in ${file}, ${message}.`);
  }
}
