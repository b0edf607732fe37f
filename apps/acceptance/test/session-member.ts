/*
 * A process of its own that takes part in the session "spring".
 * Arguments: the URL of Redis, the folder of the stores, the task, and for the reviewer the position to continue from.
 */
import { memoryKey } from "@mem/core";
import { createSession } from "@mem/session";
import { z } from "zod";
import { openRedisMemory } from "./redis-memory.ts";

const [url = "", folder = "", task = "", after = ""] = process.argv.slice(2);
const memory = openRedisMemory(url, folder);
const workflowId = "spring";
const draft = memoryKey("draft", z.string());

/** Works until it is killed, and prints how many of its messages are acknowledged. */
async function write(): Promise<void> {
  const session = await createSession({
    memory,
    workflowId,
    keepConversation: true,
    recordAs: "team",
  });
  await session.saveAgentMemory("writer", "draft", "half of it");
  await session.team.save("deadline", "2026-03-20");
  await session.promote("writer", "draft", { as: "a lesson" });
  const plan = await session.claim("plan", { ttl: 60, agentId: "strategist" });
  await plan?.complete();
  await session.claim("write", { ttl: 60, agentId: "writer" });
  for (let n = 1; ; n++) {
    const content = `Line ${n} of the mail`;
    await session.addConversationMessage({ id: `m-${n}`, role: "assistant", content });
    console.log(String(n));
  }
}

/** Reviews each draft that it sees, and prints its position and value. */
async function review(): Promise<void> {
  const session = await createSession({ memory, workflowId, join: "must-exist" });
  for await (const { entry, position } of session.watch({ key: draft, after })) {
    console.log(JSON.stringify([position, entry?.value]));
    await session.team.save("review", `${entry?.value} is fine`);
    if (entry?.value === "final") break;
  }
  await memory.close();
}

await (task === "write" ? write() : review());
