import { once } from "node:events";
import { connect } from "node:net";

/** A reply of the Redis protocol as plain data; an error reply rejects instead. */
export type Reply = string | number | null | Reply[];

/** Sends one command on a connection of its own and resolves its reply. */
export async function sendCommand(
  port: number,
  command: readonly string[],
  timeoutMs = 2000,
): Promise<Reply> {
  const socket = connect({ host: "127.0.0.1", port, signal: AbortSignal.timeout(timeoutMs) });
  try {
    await once(socket, "connect");
    socket.write(encode(command));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const parsed = parse(received, 0);
      if (parsed === undefined) continue;
      if (parsed.reply instanceof Error) throw parsed.reply;
      return parsed.reply;
    }
    throw new Error(`The connection to port ${port} ended before the reply to ${command[0]}`);
  } finally {
    socket.destroy();
  }
}

function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}

interface Parsed {
  reply: Reply | Error;
  end: number;
}

/** Returns the reply that starts at `start`, or undefined until all of it has arrived. */
function parse(buffer: Buffer, start: number): Parsed | undefined {
  const lineEnd = buffer.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const kind = String.fromCharCode(buffer[start] ?? 0);
  const text = buffer.toString("utf8", start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (kind) {
    case "+":
      return { reply: text, end: next };
    case "-":
      return { reply: new Error(text), end: next };
    case ":":
      return { reply: Number(text), end: next };
    case "$":
      return parseBulk(buffer, next, Number(text));
    case "*":
      return parseArray(buffer, next, Number(text));
    default:
      return { reply: new Error(`This is no Redis: it answered ${kind}${text}`), end: next };
  }
}

function parseBulk(buffer: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const end = start + length;
  if (buffer.length < end + 2) return undefined;
  return { reply: buffer.toString("utf8", start, end), end: end + 2 };
}

function parseArray(buffer: Buffer, start: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: start };
  const replies: Reply[] = [];
  let end = start;
  while (replies.length < length) {
    const element = parse(buffer, end);
    if (element === undefined) return undefined;
    if (element.reply instanceof Error) return element;
    replies.push(element.reply);
    end = element.end;
  }
  return { reply: replies, end };
}
