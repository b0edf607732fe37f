import { spawnSync } from "node:child_process";

/** A point in a process's life: the n-th time that one of its threads makes a system call. */
export interface CallPlace {
  readonly call: string;
  readonly nth: number;
}

/** For each call, the highest count at which a thread is killed in it: about as often as threads make it. */
const CALLS: readonly (readonly [call: string, most: number])[] = [
  ["write", 120],
  ["pwrite64", 3],
  ["fdatasync", 30],
  ["fsync", 8],
  ["rename", 3],
  ["linkat", 2],
  ["unlink", 3],
];

/** Some calls have several names, not all of which exist on every processor. */
const NAMES: Readonly<Record<string, string>> = {
  rename: "?rename,?renameat,?renameat2",
  unlink: "?unlink,?unlinkat",
};

export const CALL_NAMES: readonly string[] = CALLS.map(([call]) => call);

let isThere: boolean | undefined;

/** Whether `strace` is installed and may trace. */
export function canTrace(): boolean {
  isThere ??= spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
  return isThere;
}

export function pickPlace(random: () => number): CallPlace {
  const [call, most] = CALLS[Math.floor(random() * CALLS.length)] ?? ["write", 100];
  return { call, nth: 1 + Math.floor(random() * most) };
}

/** The command prefix that has a process killed in a system call. */
export function killAt({ call, nth }: CallPlace): string[] {
  const names = NAMES[call] ?? call;
  return [
    "strace",
    // Makes `strace` the child of the process that it traces, so that the process stays ours.
    "-D",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    `trace=${names}`,
    "-e",
    `inject=${names}:signal=KILL:when=${nth}`,
  ];
}
