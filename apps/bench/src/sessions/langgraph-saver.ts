import type { loadPeer } from "../../peers/load.ts";
import type { Conversation, Join } from "./conversation.ts";
import type { Message } from "./messages.ts";

interface Checkpoints {
  readonly MemorySaver: new () => MemorySaver;
  readonly emptyCheckpoint: () => Checkpoint;
  readonly uuid6: (clockSequence: number) => string;
}

interface MemorySaver {
  put(config: GraphConfig, checkpoint: Checkpoint, metadata: object): Promise<GraphConfig>;
  getTuple(config: GraphConfig): Promise<{ readonly checkpoint: Checkpoint } | undefined>;
}

interface GraphConfig {
  readonly configurable: { readonly thread_id: string; readonly checkpoint_ns: string };
}

interface Checkpoint {
  readonly id: string;
  readonly channel_values: { readonly messages?: readonly LangMessage[] };
}

interface LangMessage {
  readonly content: string;
}

type LangMessageClass = new (fields: {
  readonly id: string;
  readonly content: string;
}) => LangMessage;

interface LangMessages {
  readonly HumanMessage: LangMessageClass;
  readonly AIMessage: LangMessageClass;
}

/** A LangGraph thread for each conversation, in this process. */
export async function langGraphSaver(load: typeof loadPeer): Promise<Join> {
  const checkpoints = await load<Checkpoints>("@langchain/langgraph-checkpoint");
  const messages = await load<LangMessages>("@langchain/core/messages");
  const saver = new checkpoints.MemorySaver();
  return async (threadId) => joinGraph(saver, checkpoints, messages, threadId);
}

/** A step of a graph: reads the checkpoint, adds what was said, and puts another checkpoint. */
function joinGraph(
  saver: MemorySaver,
  { emptyCheckpoint, uuid6 }: Checkpoints,
  { HumanMessage, AIMessage }: LangMessages,
  threadId: string,
): Conversation {
  const config: GraphConfig = { configurable: { thread_id: threadId, checkpoint_ns: "" } };
  let step = 0;
  const read = async (): Promise<readonly LangMessage[]> =>
    (await saver.getTuple(config))?.checkpoint.channel_values.messages ?? [];
  const add = async (added: readonly LangMessage[]): Promise<void> => {
    const messages = [...(await read()), ...added];
    step += 1;
    const checkpoint = { ...emptyCheckpoint(), id: uuid6(step), channel_values: { messages } };
    await saver.put(config, checkpoint, { source: "loop", step, parents: {} });
  };
  const toMessage = ({ role, content }: Message, id: string): LangMessage =>
    role === "user" ? new HumanMessage({ id, content }) : new AIMessage({ id, content });
  return {
    append: (message, id) => add([toMessage(message, id)]),
    fill: (messages) => add(messages.map((message, i) => toMessage(message, `${i}`))),
    last: async (count) => (await read()).slice(-count),
    textOf: (message) => (message as LangMessage).content,
  };
}
