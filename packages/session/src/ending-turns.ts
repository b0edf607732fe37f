/** If thousands called the backend at once, they would run into its deadlines, and none would end. */
const AT_ONCE = 100;

let running = 0;
const waiting: (() => void)[] = [];

/** Ends a session that one signal ends together with others; limits how many end at once in this process. */
export async function endInTurn(end: () => Promise<void>): Promise<void> {
  if (running < AT_ONCE) running++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    await end();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
