/** Waits for all, then returns the results or throws the first failure: a table can't be closed while it is queried. */
export async function toTheirEnd<T extends readonly unknown[]>(
  ...running: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(running);
  return settled.map(resultOf) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

function resultOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}
