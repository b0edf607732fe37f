/** The results of all, or the first failure once all have ended: a table can't be closed while a query runs on it. */
export async function toTheirEnd<A, B>(
  first: Promise<A> | A,
  second: Promise<B> | B,
): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second]);
  return [resultOf(one), resultOf(other)];
}

function resultOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}
