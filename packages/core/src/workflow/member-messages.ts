import type { ConversationMessage, MessageChange, NewMessage } from "../conversation/message.ts";
import type { Lifetime } from "./lifetime.ts";

/*
 * The messages of a member. If the conversation is kept, each change happens twice: first in the conversation, which
 * checks that the lifetime is live and the claim is held.
 */

export async function addMessage(
  lifetime: Lifetime,
  message: NewMessage,
  signal?: AbortSignal,
): Promise<ConversationMessage> {
  const { conversation } = lifetime;
  const prepared = conversation.prepare(message);
  const call = lifetime.writing("message", message.agentId, signal);
  const added = await conversation.add(prepared, "session", call);
  if (lifetime.keepsConversation) await lifetime.kept.keep(added, lifetime, signal);
  return added;
}

export async function editMessage(
  lifetime: Lifetime,
  id: string,
  change: MessageChange,
  signal?: AbortSignal,
): Promise<ConversationMessage> {
  const { conversation } = lifetime;
  const call = lifetime.writing(undefined, undefined, signal);
  const edited = await conversation.edit(id, change, call);
  if (lifetime.keepsConversation) {
    const isThere = async (): Promise<boolean> => conversation.has(id, lifetime.reading(signal));
    await lifetime.kept.keepEdited(edited, lifetime.epoch, signal, isThere);
  }
  return edited;
}

export async function deleteMessage(
  lifetime: Lifetime,
  id: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const call = lifetime.writing(undefined, undefined, signal);
  const removed = await lifetime.conversation.remove(id, call);
  if (!lifetime.keepsConversation) return removed !== undefined;
  const wasKept = await lifetime.kept.remove(id, removed, lifetime.epoch, signal);
  return removed !== undefined || wasKept;
}
