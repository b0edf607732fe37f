import { checkOptions, type NamesOf } from "../checks.ts";
import { contentHash } from "../content-hash.ts";
import type { Entry } from "../entry.ts";
import { MemoryError } from "../errors.ts";
import { longTermWrite } from "../item-write.ts";
import type { JsonInput } from "../json.ts";
import type { LongTermWrite } from "../long-term-store.ts";
import { keyName, type KeyLike } from "../memory-key.ts";
import { checkId, encodeParts } from "../scope.ts";
import type { Lifetime } from "./lifetime.ts";

export interface PromoteOptions {
  /** The key in long-term memory. Default: the one it has in the session. */
  readonly as?: string;
  /** The text to index for search. Default: the words and numbers in the value, with the names of its properties. */
  readonly text?: string;
  /** Default: those of the entry. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person it is about. Default: that of the entry. */
  readonly subject?: string;
  readonly signal?: AbortSignal;
}

const PROMOTE_OPTIONS: NamesOf<PromoteOptions> = {
  as: true,
  text: true,
  metadata: true,
  subject: true,
  signal: true,
};

/** Copies an agent's entry in the session to the agent's long-term memory, outside the workflow. */
export async function promote(
  lifetime: Lifetime,
  agentId: string,
  key: KeyLike,
  options: PromoteOptions,
): Promise<void> {
  checkOptions(options, PROMOTE_OPTIONS);
  const { backends, ref } = lifetime;
  const { longTerm } = backends;
  const { as, signal } = options;
  const name = keyName(key);
  if (as !== undefined) checkId(as, "options.as");
  const scope = { ...ref, agentId: checkId(agentId, "agentId") };
  const call = lifetime.writing("operation", agentId, signal);
  const [entry] = await backends.shortTerm.get(scope, [name], call);
  if (entry === undefined) {
    throw new MemoryError("MEM_NOT_FOUND", "the agent has nothing under this key in the session", {
      path: "key",
    });
  }
  const from = encodeParts([ref.tenantId, ref.workflowId, agentId, name]);
  const write = promotion(lifetime, entry, from, options);
  const place = { tenantId: ref.tenantId, agentId };
  await longTerm.save(place, [write], signal === undefined ? {} : { signal });
}

function promotion(
  { backends: { limits }, epoch }: Lifetime,
  entry: Entry,
  from: string,
  options: PromoteOptions,
): LongTermWrite {
  const { as = entry.key, text, metadata = entry.metadata, subject = entry.subject } = options;
  const said = {
    ...(text !== undefined && { text }),
    ...(metadata !== undefined && { metadata }),
    ...(subject !== undefined && { subject }),
  };
  const write = longTermWrite(as, entry.value, said, "options.", { limits, ttlMs: null });
  // The same version with the same text, metadata and subject is the same promotion, whoever asks for it.
  const what = [from, epoch, entry.version, write.metadata ?? null, write.subject ?? null];
  return {
    ...write,
    source: "promotion",
    derivedFrom: [from],
    opId: `promotion:${contentHash(what, write.text)}`,
  };
}
