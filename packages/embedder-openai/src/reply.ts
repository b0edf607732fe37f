import { MemoryError } from "@mem/core";

/** The vectors of a reply, each at its index; every index has to occur once. The vectors themselves are not checked. */
export function readReply(reply: unknown, count: number): unknown[] {
  const { data, error } = (reply ?? {}) as { data?: unknown; error?: unknown };
  if (!Array.isArray(data)) {
    throw wrong(error == null ? "has no list of vectors" : "is an error, for all its status");
  }
  if (data.length !== count) throw wrong(`has ${data.length} vectors for ${count} texts`);
  const vectors = new Map<number, unknown>();
  for (const item of data as readonly unknown[]) {
    const { index, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= count) {
      throw wrong("has a vector without a place");
    }
    if (vectors.has(index)) throw wrong(`has two vectors for text ${index}`);
    vectors.set(index, embedding);
  }
  return Array.from({ length: count }, (_, i) => vectors.get(i));
}

function wrong(what: string): MemoryError {
  return new MemoryError("MEM_EMBEDDING", `the embedding service's reply ${what}`);
}
