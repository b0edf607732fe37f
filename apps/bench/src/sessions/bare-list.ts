import { loadIoredis } from "../redis/ioredis.ts";
import type { Join } from "./conversation.ts";
import type { Message } from "./messages.ts";

/** As long as an unused session lives. */
export const TIMEOUT_S = 3600;

const PAGE = 1000;

/** The part of ioredis that is used. */
interface Lists {
  pipeline(): ListPipeline;
  rpush(key: string, ...values: string[]): Promise<number>;
  lrange(key: string, from: number, to: number): Promise<string[]>;
}

interface ListPipeline {
  rpush(key: string, value: string): ListPipeline;
  expire(key: string, seconds: number): ListPipeline;
  exec(): Promise<readonly (readonly [Error | null, unknown])[]>;
}

interface Kept extends Message {
  readonly id: string;
}

/** A list of JSON on a server, written in one packet and read from its end. */
export async function bareList(url: string): Promise<Join> {
  const { Redis } = await loadIoredis();
  const client: unknown = new Redis(url);
  return async (conversationId) => join(client as Lists, `bare:${conversationId}`);
}

function join(client: Lists, key: string): Awaited<ReturnType<Join>> {
  const read = async (from: number, to: number): Promise<Kept[]> =>
    (await client.lrange(key, from, to)).map((text) => JSON.parse(text) as Kept);
  return {
    append: async (message, id) => {
      const text = toText(message, id);
      const [pushed] = await client.pipeline().rpush(key, text).expire(key, TIMEOUT_S).exec();
      if (pushed?.[0]) throw pushed[0];
    },
    fill: async (messages) => {
      for (let at = 0; at < messages.length; at += PAGE) {
        const texts = messages
          .slice(at, at + PAGE)
          .map((message, i) => toText(message, `${at + i}`));
        await client.rpush(key, ...texts);
      }
    },
    last: (count) => read(-count, -1),
    textOf: (message) => (message as Kept).content,
    ids: async () => (await read(0, -1)).map(({ id }) => id),
  };
}

/** A message has its id and the time when it was said, as those of the others do. */
function toText(message: Message, id: string): string {
  return JSON.stringify({ id, at: Date.now(), ...message });
}
