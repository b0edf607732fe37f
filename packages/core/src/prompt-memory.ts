import type { MessageHit } from "./message-hit.ts";
import { quotedName, quotedText } from "./prompt-quoting.ts";
import type { SearchHit } from "./search-hit.ts";

/**
 * How far to trust a memory, by who put it there (nobody knows where its words come from: an agent may have stored what
 * it read somewhere):
 *
 * - `"knowledge"`: the operator's documents, which no agent can change.
 * - `"own"`: stored or said by the reading agent itself.
 * - `"agent"`: stored or said by another agent, or shared by a team.
 * - `"user"`: said by a user.
 * - `"unknown"`: any other message: of a tool, the system, or a role of your own.
 */
export type PromptTrust = "knowledge" | "own" | "agent" | "user" | "unknown";

/** A hit that can be shown to a model. */
export type PromptHit = SearchHit | MessageHit;

/** How much of a memory is shown. */
export type PromptForm = "whole" | "passage" | "snippet";

export interface PromptMemory {
  readonly form: PromptForm;
  /** Source, trust, key, time and what part it is, on one line. */
  readonly label: string;
  /** The quoted text. */
  readonly text: string;
}

/** A memory as a model reads it: whole, then in ever shorter forms. `reader` is the agent that reads. */
export function* promptForms(
  hit: PromptHit,
  reader: string | undefined,
): Generator<PromptMemory, void> {
  const whole = wholeText(hit);
  const of = `of ${hit.text.length} characters`;
  const { passage, snippet } = hit;
  const forms: readonly (readonly [PromptForm, string, string?])[] = [
    ["whole", whole],
    ["passage", passage.text, `characters ${passage.start} to ${passage.end} ${of}`],
    ["snippet", snippet, `a few words ${of}`],
  ];
  let shortest = Infinity;
  for (const [form, text, part] of forms) {
    if (text.length >= shortest) continue;
    shortest = text.length;
    yield { form, label: label(hit, reader, form, part), text: quotedText(text) };
  }
}

/** A text that the caller gave for search stands for the value, but is not the value. */
function wholeText(hit: PromptHit): string {
  if ("role" in hit || hit.source === "document" || hit.source === "message") return hit.text;
  return typeof hit.value === "string" ? hit.value : JSON.stringify(hit.value);
}

function label(
  hit: PromptHit,
  reader: string | undefined,
  form: PromptForm,
  part: string | undefined,
): string {
  const { source, trust, name, at } = origin(hit, reader);
  const headings = headingsOf(hit, form);
  return [
    `source: ${source}`,
    `trust: ${trust}`,
    `key: ${quotedName(name)}`,
    ...(headings.length > 0 ? [`heading: ${headings.map(quotedName).join(" > ")}`] : []),
    `when: ${timeOf(at)}`,
    ...(part === undefined ? [] : [`shown: ${part}`]),
  ].join("; ");
}

interface Origin {
  readonly source: string;
  readonly trust: PromptTrust;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

function origin(hit: PromptHit, reader: string | undefined): Origin {
  if ("role" in hit) return { ...speaker(hit, reader), name: hit.id, at: hit.timestamp };
  const { key: name, updatedAt: at, agentId, metadata, derivedFrom } = hit;
  if (hit.source === "document") {
    const source = `document ${quotedName(derivedFrom?.[0] ?? name)}`;
    return { source, trust: "knowledge", name, at };
  }
  if (hit.source === "message") {
    const { role, agentId: by } = metadata ?? {};
    const said = {
      role: typeof role === "string" ? role : "",
      ...(typeof by === "string" && { agentId: by }),
    };
    return { ...speaker(said, reader), name, at };
  }
  const source = agentId === undefined ? "team" : `agent ${quotedName(agentId)}`;
  return { source, trust: trustIn(agentId, reader), name, at };
}

function speaker(
  { role, agentId }: { readonly role: string; readonly agentId?: string },
  reader: string | undefined,
): Pick<Origin, "source" | "trust"> {
  const by = agentId === undefined ? "" : ` by ${quotedName(agentId)}`;
  const source = `message in the role of ${quotedName(role)}${by}`;
  if (role === "user") return { source, trust: "user" };
  return { source, trust: role === "assistant" ? trustIn(agentId, reader) : "unknown" };
}

function trustIn(agentId: string | undefined, reader: string | undefined): PromptTrust {
  return agentId !== undefined && agentId === reader ? "own" : "agent";
}

/** The headings above what is shown. A whole entry has none, unless it is part of a document. */
function headingsOf(hit: PromptHit, form: PromptForm): readonly string[] {
  const { headings } = hit.passage;
  if ("role" in hit || hit.source !== "document") return form === "whole" ? [] : headings;
  const above = hit.metadata?.["heading"];
  return headings.length === 0 && typeof above === "string" && above !== "" ? [above] : headings;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "unknown" : `${date.toISOString().slice(0, -8)}Z`;
}
