/** What some work cost, in milliseconds. */
export interface Cost {
  readonly wallMs: number;
  /** CPU time of this thread. */
  readonly cpuMs: number;
  /** CPU time of all threads of this process, including those that collect garbage. */
  readonly processCpuMs: number;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export async function measure(work: () => unknown): Promise<Cost> {
  settle();
  const all = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const start = performance.now();
  const pending = work();
  if (pending instanceof Promise) await pending;
  const wallMs = performance.now() - start;
  settle();
  return {
    wallMs,
    cpuMs: toMs(process.threadCpuUsage(thread)),
    processCpuMs: toMs(process.cpuUsage(all)),
  };
}

/** The system updates a thread's CPU time when it stops running, or every 4 ms: a short sleep brings it up to date. */
function settle(): void {
  Atomics.wait(sleeper, 0, 0, 1);
}

function toMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
