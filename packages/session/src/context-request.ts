import { checkOptions, estimateTokens, type ConversationMessage, type NamesOf } from "@mem/core";
import { invalid } from "./session-options.ts";

export interface ContextOptions {
  /** The maximum number of tokens in the context, the summary included. */
  readonly maxTokens: number;
  /**
   * Counts the tokens of a text, by the tokenizer of the model that reads it. For a message, the text is its content
   * (as JSON unless it is a string) with its tool calls, and the message itself comes second, for other ways to count;
   * for the summary, the text alone. Default: an estimate that errs on the high side, with 4 tokens for what frames a
   * message.
   */
  readonly countTokens?: (text: string, message?: ConversationMessage) => number;
  /** Whether to include all messages with the role `system` that the conversation still has. Default `true`. */
  readonly keepSystem?: boolean;
  /**
   * Summarises the messages that do not fit; its result replaces the previous summary for all members of the session.
   * It gets the messages not summarised before, oldest first, and the existing summary of those before them. Called
   * only if something does not fit, and then with enough messages to leave a quarter of the room to the summary, so
   * that it is not called again for every message.
   */
  readonly summarize?: (
    messages: readonly ConversationMessage[],
    previous: string | undefined,
  ) => string | Promise<string>;
  readonly signal?: AbortSignal;
}

/** The checked options of a context. */
export interface ContextRequest {
  readonly maxTokens: number;
  readonly keepSystem: boolean;
  readonly summarize: ContextOptions["summarize"];
  readonly signal: AbortSignal | undefined;
  /** Counts each message only once. */
  readonly countMessage: (message: ConversationMessage) => number;
  readonly countText: (text: string) => number;
}

const CONTEXT_OPTIONS: NamesOf<ContextOptions> = {
  maxTokens: true,
  countTokens: true,
  keepSystem: true,
  summarize: true,
  signal: true,
};

/** For the role and delimiters of a message. */
const FRAME_TOKENS = 4;

export function checkContextOptions(options: ContextOptions): ContextRequest {
  checkOptions(options, CONTEXT_OPTIONS);
  const { maxTokens, countTokens = estimate, keepSystem = true, summarize, signal } = options;
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw invalid("options.maxTokens", "has to be a whole number from 1");
  }
  if (typeof countTokens !== "function") throw invalid("options.countTokens", "is not a function");
  if (typeof keepSystem !== "boolean") {
    throw invalid("options.keepSystem", "has to be true or false");
  }
  if (summarize !== undefined && typeof summarize !== "function") {
    throw invalid("options.summarize", "is not a function");
  }
  const count = (text: string, message?: ConversationMessage): number => {
    const tokens: unknown = countTokens(text, message);
    if (typeof tokens === "number" && tokens >= 0 && tokens < Infinity) return tokens;
    throw invalid("options.countTokens", "has to give a number of tokens, 0 or more");
  };
  const counted = new Map<ConversationMessage, number>();
  return {
    maxTokens,
    keepSystem,
    summarize,
    signal,
    countMessage(message) {
      const known = counted.get(message);
      if (known !== undefined) return known;
      const tokens = count(textOf(message), message);
      counted.set(message, tokens);
      return tokens;
    },
    countText: (text) => count(text),
  };
}

function estimate(text: string, message?: ConversationMessage): number {
  return estimateTokens(text) + (message === undefined ? 0 : FRAME_TOKENS);
}

function textOf({ content, toolCalls, toolCallId }: ConversationMessage): string {
  const parts = [typeof content === "string" ? content : JSON.stringify(content)];
  if (toolCalls !== undefined) parts.push(JSON.stringify(toolCalls));
  if (toolCallId !== undefined) parts.push(toolCallId);
  return parts.join("\n");
}
