import type { loadPeer } from "../../peers/load.ts";
import type { Join } from "./conversation.ts";
import { langGraphSaver } from "./langgraph-saver.ts";
import { mastraThreads } from "./mastra-threads.ts";
import { openAiSession } from "./openai-session.ts";

export const MASTRA = "@mastra/redis";
export const LANGGRAPH = "LangGraph MemorySaver";
export const OPENAI = "OpenAI MemorySession";

type Open = (url: string, load: typeof loadPeer) => Promise<Join>;

/** Each one is set up as its README describes, with the same messages as the others, in its own form. */
export const PEER_CONVERSATIONS: Readonly<Record<string, Open>> = {
  [MASTRA]: mastraThreads,
  [LANGGRAPH]: (_url, load) => langGraphSaver(load),
  [OPENAI]: (_url, load) => openAiSession(load),
};
