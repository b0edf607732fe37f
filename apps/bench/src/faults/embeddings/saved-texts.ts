import { createHash } from "node:crypto";

/** The length of the service's vectors. */
export const DIMENSIONS = 64;
/** A word that every text has and no error may contain. */
export const CANARY = "confidential";
/** A word that the misbehaving service refuses. */
export const UNSPEAKABLE = "unspeakable";

const ONE_REFUSED_IN = 100;
const ONE_LONG_IN = 25;
/** Enough for several passages. */
const PARAGRAPHS = 40;

/** The key that write number `n` saves: every tenth write replaces an earlier entry. */
export function keyOf(n: number): string {
  return `key-${n % 10 === 9 ? n >> 1 : n}`;
}

/** The text of write number `n`; some are long enough for several passages, each with a vector of its own. */
export function textOf(n: number): string {
  const digest = createHash("sha256").update(`text ${n}`).digest("hex");
  const refused = n % ONE_REFUSED_IN === 50 ? UNSPEAKABLE : "plain";
  const text = `${CANARY} ${refused} ${digest.slice(0, 8 + (n % 50))} number ${n}`;
  if (n % ONE_LONG_IN !== 0) return text;
  const paragraphs = Array.from({ length: PARAGRAPHS }, (_, i) => `Part ${i} of ${text}.`);
  return `# About ${n}\n\n${paragraphs.join("\n\n")}`;
}

/** The last write of each key. */
export function lastWrites(writes: number): Map<string, number> {
  return new Map(Array.from({ length: writes }, (_, n) => [keyOf(n), n]));
}

/** The vector that a model has for a text. Its numbers are the same in 32 bits and in 64. */
export function vectorOf(model: string, text: string, dimensions: number = DIMENSIONS): number[] {
  const hash = createHash("shake256", { outputLength: dimensions * 2 });
  const bytes = hash.update(JSON.stringify([model, text])).digest();
  return Array.from({ length: dimensions }, (_, i) => bytes.readInt16LE(2 * i) / 2 ** 15);
}
