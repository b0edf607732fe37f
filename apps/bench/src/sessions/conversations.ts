import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager, type ConversationMessage, type ShortTermBackend } from "@mem/core";
import { createSession } from "@mem/session";
import { loadPeer } from "../../peers/load.ts";
import { bareArray } from "./bare-array.ts";
import { bareList } from "./bare-list.ts";
import type { Join } from "./conversation.ts";
import { PEER_CONVERSATIONS } from "./peer-conversations.ts";

export const OURS = "mem";
export const OURS_IN_PROCESS = "mem, in this process";
/** Appends text to a list and sets its expiry again: two commands in one packet. */
export const BARE = "RPUSH + EXPIRE";
/** What a user would write in one process: messages in an array, copied in and out. */
export const ARRAY = "slice + clone";
export const ARRAY_BY_STRUCTURED_CLONE = "slice + structuredClone";

export interface Place {
  /** The URL of the server, for those that need one. */
  readonly url: string;
  /** The most messages of a conversation. Default: each contestant's own. */
  readonly room?: number;
}

type Open = (place: Place) => Join | Promise<Join>;

const OWN_CONVERSATIONS: Readonly<Record<string, Open>> = {
  [OURS]: ({ url, room }) => ours(createRedisBackend({ url }), room),
  [OURS_IN_PROCESS]: ({ room }) => ours(createMemoryBackend(), room),
  [BARE]: ({ url }) => bareList(url),
  [ARRAY]: () => bareArray("recursion"),
  [ARRAY_BY_STRUCTURED_CLONE]: () => bareArray("structuredClone"),
};

export async function openConversations(name: string, place: Place): Promise<Join> {
  const own = OWN_CONVERSATIONS[name];
  if (own !== undefined) return own(place);
  const peer = PEER_CONVERSATIONS[name];
  if (peer === undefined) throw new Error(`There is no contestant named ${name}.`);
  return peer(place.url, loadPeer);
}

const PAGE = 1000;

/** A session for each conversation, with only the number of kept messages set. */
function ours(shortTerm: ShortTermBackend, room: number | undefined): Join {
  const memory = new MemoryManager({
    shortTerm,
    ...(room !== undefined && { maxConversationHistory: room }),
  });
  return async (workflowId) => {
    const session = await createSession({ memory, workflowId, join: "if-exists" });
    return {
      append: (message, id) => session.addConversationMessage({ ...message, id }),
      last: (limit) => session.getConversationHistory({ limit }),
      textOf: (message) => (message as ConversationMessage).content,
      ids: async () => {
        const ids: string[] = [];
        let before = Number.MAX_SAFE_INTEGER;
        for (;;) {
          const page = await session.getConversationHistory({ limit: PAGE, before });
          ids.unshift(...page.map(({ id }) => id));
          if (page.length < PAGE) return ids;
          before = page[0]?.position ?? 0;
        }
      },
    };
  };
}
