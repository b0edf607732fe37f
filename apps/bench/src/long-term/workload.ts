import type { JsonValue, Scope } from "@mem/core";
import { createRandom } from "../random.ts";
import { drawWord } from "../value-text.ts";
import { createValueTexts, type Numbered } from "../values.ts";

/** One thing to remember, the same for every contestant. */
export interface Memory {
  readonly scope: Scope & { readonly agentId: string };
  readonly key: string;
  readonly value: JsonValue;
  /** The text that is searched: eight words. */
  readonly text: string;
}

/**
 * Names the generator of memories; to be changed with it, so that no fixture is taken for the output of another one.
 */
export const SEED = 20_261_122;
const CONTENTS = 1024;
const WORDS = 7;
// A word that few of the texts have.
const RARE = 20_011;
const AGENTS = 100;

interface Content {
  readonly value: JsonValue;
  readonly text: string;
}

const scopes = Array.from({ length: AGENTS }, (_, i) => ({
  tenantId: "default",
  agentId: `agent-${i}`,
}));
let contents: readonly Content[] | undefined;

/** The `revision`-th state of the `place`-th memory: about 230 bytes of JSON, and a text of eight words. */
export function memoryAt(place: number, revision: number): Memory {
  contents ??= createContents();
  const { value, text } = contents[(place + revision) % CONTENTS] as Content;
  return {
    scope: scopes[place % AGENTS] as Memory["scope"],
    key: `memory-${String(place).padStart(7, "0")}`,
    value,
    text: `${text} n${place % RARE}`,
  };
}

/** The memory as one line of JSON: what it takes wherever it is kept. */
export function toLine({ scope, key, value, text }: Memory): string {
  return JSON.stringify({ ...scope, key, value, text, source: "agent" });
}

/** One text for its scope and key, for stores that have only one key. */
export function toId({ scope, key }: Pick<Memory, "scope" | "key">): string {
  return `${scope.tenantId}/${scope.agentId}/${key}`;
}

/** The size of the first `count` memories as JSON, in bytes. */
export function liveBytes(count: number): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += Buffer.byteLength(toLine(memoryAt(i, 0)));
  return bytes;
}

/** Places from 0 to `count`, random but the same for every contestant; read round and round. */
export function createPlaces(count: number): Uint32Array {
  const random = createRandom(count);
  return Uint32Array.from({ length: 2 ** 16 }, () => Math.floor(random() * count));
}

/** Looks into what was read; throws if it is not the value that was saved. */
export function expectValue(value: unknown): void {
  if (typeof (value as Partial<Numbered> | undefined)?.seq !== "number") {
    throw new Error("A value came back without its content.");
  }
}

function createContents(): readonly Content[] {
  const random = createRandom(SEED);
  return createValueTexts("230 B", CONTENTS).map((json) => ({
    value: JSON.parse(json) as JsonValue,
    text: Array.from({ length: WORDS }, () => drawWord(random)).join(" "),
  }));
}
