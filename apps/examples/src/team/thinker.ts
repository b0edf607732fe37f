import type { MemorySettings } from "@mem/config";
import OpenAI from "openai";

/** What an agent thinks with: a model if one is configured, fixed rules otherwise. */
export interface Thinker {
  readonly name: string;
  /** Answers a task from the facts; without a model, the answer is `otherwise`, which the fixed rules made. */
  think(task: string, facts: readonly string[], otherwise: string): Promise<string>;
}

/** The model did not answer: something that the user of the example can fix. */
export class ModelError extends Error {
  readonly code = "MODEL";
}

/** `OPENAI_CHAT_MODEL` names the model; default `gpt-4o-mini`. */
export function createThinker(settings: MemorySettings, signal: AbortSignal): Thinker {
  const { embedder: endpoint } = settings;
  if (endpoint === undefined) {
    return { name: "fixed rules", think: async (_task, _facts, otherwise) => otherwise };
  }
  const model = process.env["OPENAI_CHAT_MODEL"] ?? "gpt-4o-mini";
  const client = new OpenAI({
    apiKey: endpoint.apiKey.reveal(),
    ...(endpoint.baseUrl !== undefined && { baseURL: endpoint.baseUrl }),
  });
  return {
    name: model,
    async think(task, facts, otherwise) {
      const asked = client.chat.completions.create(
        {
          model,
          messages: [
            {
              role: "system",
              content:
                "You work in a marketing team. Answer in one or two plain sentences, from the facts alone.",
            },
            {
              role: "user",
              content: `${task}\n\nFacts:\n${facts.map((fact) => `- ${fact}`).join("\n")}`,
            },
          ],
        },
        { signal },
      );
      const completion = await asked.catch((cause: unknown) => {
        throw new ModelError(
          `the model "${model}" does not answer; check OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_CHAT_MODEL`,
          {
            cause,
          },
        );
      });
      return completion.choices[0]?.message.content?.trim() ?? otherwise;
    },
  };
}
