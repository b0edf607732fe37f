import type { loadPeer } from "../../peers/load.ts";
import type { Conversation, Join } from "./conversation.ts";
import type { Message } from "./messages.ts";

interface Mastra {
  readonly RedisStore: new (config: { readonly id: string; readonly connectionString: string }) => {
    init(): Promise<void>;
    getStore(domain: "memory"): Promise<MastraMemory>;
  };
}

interface MastraMemory {
  saveThread(input: { readonly thread: object }): Promise<unknown>;
  saveMessages(input: { readonly messages: readonly MastraMessage[] }): Promise<unknown>;
  listMessages(input: {
    readonly threadId: string;
    readonly perPage: number | false;
    readonly page?: number;
    readonly orderBy?: { readonly field: "createdAt"; readonly direction: "ASC" | "DESC" };
  }): Promise<{ readonly messages: readonly MastraMessage[] }>;
}

interface MastraMessage {
  readonly id: string;
  readonly threadId: string;
  readonly resourceId: string;
  readonly role: Message["role"];
  readonly createdAt: Date;
  readonly content: {
    readonly format: 2;
    readonly parts: readonly { readonly type: "text"; readonly text: string }[];
    readonly metadata: object;
  };
}

const RESOURCE = "bench";
const PAGE = 1000;

/** A Mastra thread for each conversation, on the server. */
export async function mastraThreads(url: string, load: typeof loadPeer): Promise<Join> {
  const { RedisStore } = await load<Mastra>("@mastra/redis");
  const store = new RedisStore({ id: "bench", connectionString: url });
  await store.init();
  const memory = await store.getStore("memory");
  return (threadId) => joinThread(memory, threadId);
}

async function joinThread(memory: MastraMemory, threadId: string): Promise<Conversation> {
  const now = new Date();
  const thread = { id: threadId, resourceId: RESOURCE, title: "", createdAt: now, updatedAt: now };
  await memory.saveThread({ thread });
  const toMessage = ({ role, content, agentId, metadata }: Message, id: string): MastraMessage => ({
    id,
    threadId,
    resourceId: RESOURCE,
    role,
    createdAt: new Date(),
    content: {
      format: 2,
      parts: [{ type: "text", text: content }],
      metadata: { agentId, ...metadata },
    },
  });
  return {
    append: (message, id) => memory.saveMessages({ messages: [toMessage(message, id)] }),
    fill: async (messages) => {
      for (let at = 0; at < messages.length; at += PAGE) {
        const page = messages.slice(at, at + PAGE);
        await memory.saveMessages({ messages: page.map((m, i) => toMessage(m, `${at + i}`)) });
      }
    },
    last: async (perPage) => {
      // As Mastra's own memory asks for the last messages.
      const orderBy = { field: "createdAt", direction: "DESC" } as const;
      return (await memory.listMessages({ threadId, perPage, page: 0, orderBy })).messages;
    },
    textOf: (message) => (message as MastraMessage).content.parts[0]?.text,
    ids: async () =>
      (await memory.listMessages({ threadId, perPage: false })).messages.map(({ id }) => id),
  };
}
