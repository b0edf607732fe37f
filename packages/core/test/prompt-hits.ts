import type { MessageHit, SearchHit } from "../src/index.ts";
import { hit } from "./asked-memory.ts";

export function messageHit(own: Partial<MessageHit> = {}): MessageHit {
  const text = own.text ?? "What did we spend?";
  return {
    id: "m-1",
    position: 1,
    timestamp: Date.UTC(2026, 2, 1, 9, 30),
    role: "user",
    content: text,
    text,
    score: 0.5,
    scores: { keyword: 0.5 },
    passage: { text, start: 0, end: text.length, headings: [] },
    snippet: text,
    matched: [],
    ...own,
  };
}

export function documentHit(own: Partial<SearchHit> = {}): SearchHit {
  const { agentId: _, ...rest } = hit("voice.md#1", 0.9, {
    source: "document",
    text: "Voice › Tone\nWarm, never pushy.",
    metadata: { document: "voice.md", heading: "Voice › Tone" },
    derivedFrom: ["voice.md"],
    ...own,
  });
  return rest;
}

/** A rendered text as `readPrompt` parses it, which throws if anything is out of place. */
export interface ReadPrompt {
  readonly fence: string;
  readonly memories: readonly { readonly label: string; readonly text: string }[];
  readonly footer: string | undefined;
}

export function readPrompt(text: string): ReadPrompt {
  const lines = text.split("\n");
  const fence = /^<(memories-[\da-f]{12})>$/.exec(lines[0] ?? "")?.[1];
  if (fence === undefined) throw new Error("there is no fence at the beginning");
  if (lines.at(-1) !== `</${fence}>`) throw new Error("there is no fence at the end");
  if (text.split(fence).length !== 3) throw new Error("the fence is within");
  const body = lines.slice(2, -1);
  const memories: { label: string; text: string }[] = [];
  let footer: string | undefined;
  for (const line of body) {
    if (footer !== undefined) throw new Error("something follows what was left out");
    const label = /^\[(\d+)\] (source: .*)$/.exec(line);
    const last = memories.at(-1);
    if (label !== null) {
      if (Number(label[1]) !== memories.length + 1) throw new Error("a memory is misnumbered");
      memories.push({ label: label[2] as string, text: "" });
    } else if (line.startsWith("> ") && last !== undefined) {
      last.text += last.text === "" ? line : `\n${line}`;
    } else if (/^\d+ (more )?memor(y was|ies were) left out for want of room\.$/.test(line)) {
      footer = line;
    } else {
      throw new Error(`a line is neither frame nor quoted: ${JSON.stringify(line)}`);
    }
  }
  return { fence, memories, footer };
}

/** Returns what was quoted: without the marks, and with the entities decoded. */
export function unquoted(text: string): string {
  return text
    .split("\n")
    .map((line) => line.slice(2))
    .join("\n")
    .replace(/&(?:lt|amp|#x([\dA-F]+));/g, (found, code: string | undefined) => {
      if (code === undefined) return found === "&lt;" ? "<" : "&";
      return String.fromCodePoint(Number.parseInt(code, 16));
    });
}
