import type { Join } from "./conversation.ts";
import type { Message } from "./messages.ts";

interface Kept extends Message {
  readonly id: string;
  readonly timestamp: number;
}

type Clone = <T>(value: T) => T;

const CLONES: Readonly<Record<"recursion" | "structuredClone", Clone>> = {
  recursion: cloned,
  structuredClone: (value) => structuredClone(value),
};

/** Messages in an array, copied in and out, so that nobody changes them for everyone; unbounded and without an end. */
export function bareArray(by: keyof typeof CLONES): Join {
  const conversations = new Map<string, Kept[]>();
  const clone = CLONES[by];
  return async (conversationId) => {
    const messages = conversations.get(conversationId) ?? [];
    conversations.set(conversationId, messages);
    return {
      append: async (message, id) =>
        messages.push(clone({ ...message, id, timestamp: Date.now() })),
      last: async (count) => clone(messages.slice(-count)),
      textOf: (message) => (message as Kept).content,
    };
  };
}

function cloned<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cloned) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) copy[name] = cloned(part);
  return copy as T;
}
