import { MemoryError } from "@mem/core";

/**
 * The vectors of a reply in the order of the texts, once every one of them is what it has to be: as many as texts, each
 * index once, each of the right length, finite and not zero.
 */
export function checkReply(reply: unknown, count: number, dimensions: number): Float32Array[] {
  const data = (reply as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data)) throw wrong("has no list of vectors");
  if (data.length !== count) throw wrong(`has ${data.length} vectors for ${count} texts`);
  const vectors = new Map<number, Float32Array>();
  for (const item of data as readonly unknown[]) {
    const { index, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= count) {
      throw wrong("has a vector without a place");
    }
    if (vectors.has(index)) throw wrong(`has two vectors for text ${index}`);
    vectors.set(index, checkVector(embedding, dimensions));
  }
  return Array.from({ length: count }, (_, i) => vectors.get(i) as Float32Array);
}

function checkVector(embedding: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(embedding)) throw wrong("has a vector that is not a list of numbers");
  if (embedding.length !== dimensions) {
    throw new MemoryError(
      "MEM_DIMENSION",
      `the service's vectors have ${embedding.length} numbers, not ${dimensions}; set \`dimensions\` to what the model gives`,
    );
  }
  const numbers = embedding as readonly unknown[];
  if (!numbers.every((x) => typeof x === "number" && Number.isFinite(x))) {
    throw wrong("has a vector with something that is not a finite number");
  }
  const vector = Float32Array.from(numbers as readonly number[]);
  if (vector.every((x) => x === 0)) throw wrong("has a vector of nothing but zeros");
  return vector;
}

function wrong(what: string): MemoryError {
  return new MemoryError("MEM_EMBEDDING", `the embedding service's reply ${what}`);
}
