import { constants } from "node:os";
import { parseArgs } from "node:util";
import { getSettings, openMemory } from "@mem/config";
import { isMemoryError } from "@mem/core";
import { audit } from "./audit.ts";
import { basics } from "./basics.ts";
import { knowledge } from "./knowledge.ts";
import { meetings } from "./meetings.ts";
import { records } from "./records.ts";
import { ingestSampleKnowledge } from "./sample-data.ts";
import { search } from "./search.ts";
import { sessions } from "./sessions.ts";
import { createShow, type Show } from "./show.ts";
import type { Example } from "./stage.ts";
import { workflow } from "./workflow.ts";

const EXAMPLES: readonly Example[] = [basics, sessions, records, audit, search, workflow];

const HELP = `Usage: npm start [-- NAME …] [-- COMMAND --docs PATH]

Examples (without a NAME, all of them run in this order):
${EXAMPLES.map(({ name, title }) => `  ${name.padEnd(10)} ${title}`).join("\n")}

Commands:
  knowledge --docs PATH [--ask QUESTION …]   ingest a folder of Markdown files, or a JSONL file of {id, text, meta}, as
                                             shared knowledge, and answer questions about it
  meetings --docs PATH [--limit N]           replay N meetings (default: 3) as conversations, and ask what was said; PATH is a
                                             JSONL file of {id, text, meta: {scope}}, with a turn in each line of a text

Settings come from the environment: MEMORY_USE_REDIS=true and REDIS_URL for Redis, OPENAI_API_KEY or OPENAI_BASE_URL
for hybrid search and agents that think with a model; packages/config/README.md lists them all.
`;

async function main(show: Show, signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      docs: { type: "string" },
      ask: { type: "string", multiple: true },
      limit: { type: "string" },
    },
  });
  if (values.help === true) {
    show.say(HELP);
    return 0;
  }
  const [command, ...more] = positionals;
  const isCommand = command === "knowledge" || command === "meetings";
  if (isCommand && more.length > 0)
    return refuse(`${command} takes only options and cannot be combined with ${more.join(", ")}.`);
  const unknown = positionals.filter((name) => !EXAMPLES.some((example) => example.name === name));
  if (!isCommand && unknown.length > 0)
    return refuse(`There is no example named ${unknown.join(", ")}.`);
  if (isCommand && values.docs === undefined) return refuse(`${command} needs --docs PATH.`);
  const limit = Number(values.limit ?? 3);
  if (!Number.isInteger(limit) || limit < 1)
    return refuse("--limit must be a whole number, 1 or more.");

  const settings = getSettings().memory;
  if (command === "knowledge") {
    await knowledge({
      settings,
      show,
      signal,
      docs: values.docs as string,
      questions: values.ask ?? [],
    });
    return 0;
  }
  // The operator's step: agents read the knowledge, they don't write it.
  if (!isCommand) await ingestSampleKnowledge(settings);
  await using memory = await openMemory(settings);
  const stage = { memory, settings, show, signal };
  if (command === "meetings") {
    await meetings({ ...stage, docs: values.docs as string, limit });
    return 0;
  }
  for (const example of EXAMPLES) {
    if (positionals.length > 0 && !positionals.includes(example.name)) continue;
    signal.throwIfAborted();
    show.title(example.title);
    await example.run(stage);
  }
  show.say(
    `\nThe stored data is in ${settings.executionRecordsDir} and ${settings.embeddingsDir}; a second run finds it there.`,
  );
  return 0;
}

function refuse(problem: string): number {
  process.stderr.write(`${problem} Try: npm start -- --help\n`);
  return 2;
}

/** The system's own messages begin with their code. */
function withCode(code: string, message: string): string {
  return message.startsWith(`${code}:`) ? message : `${code}: ${message}`;
}

// The reader may close the pipe early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const interrupted = new AbortController();
let interruptedBy: "SIGINT" | "SIGTERM" = "SIGINT";
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    interruptedBy = signal;
    interrupted.abort(new Error(signal));
  });
}

try {
  process.exitCode = await main(createShow(process.stdout), interrupted.signal);
} catch (error) {
  if (interrupted.signal.aborted) {
    process.stderr.write("Interrupted; everything is closed.\n");
    // As a shell reports it: 130 for Ctrl-C, 143 for a polite kill.
    process.exitCode = 128 + constants.signals[interruptedBy];
  } else {
    const { code, message } = error as { code?: unknown; message?: unknown };
    // No stack for problems that the user can fix.
    const known =
      isMemoryError(error) ||
      code === "MODEL" ||
      code === "ENOENT" ||
      String(code).startsWith("ERR_PARSE_ARGS");
    process.stderr.write(
      known
        ? `${withCode(String(code), String(message))}\n`
        : `${(error as Error).stack ?? String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
