import { spawnSync } from "node:child_process";

/** A place in a process's life: the n-th time that a thread of it makes a system call. */
export interface CallPlace {
  readonly call: string;
  readonly nth: number;
}

/** How often a thread may make a call before it is killed in it, about as often as it does. */
const CALLS: readonly (readonly [call: string, most: number])[] = [
  ["write", 120],
  ["pwrite64", 3],
  ["fdatasync", 30],
  ["fsync", 8],
  ["rename", 3],
  ["linkat", 2],
  ["unlink", 3],
];

/** One call has several names, not all of them on every processor. */
const NAMES: Readonly<Record<string, string>> = {
  rename: "?rename,?renameat,?renameat2",
  unlink: "?unlink,?unlinkat",
};

export const CALL_NAMES: readonly string[] = CALLS.map(([call]) => call);

let isThere: boolean | undefined;

/** Whether `strace` is there and may trace. */
export function canTrace(): boolean {
  isThere ??= spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
  return isThere;
}

export function pickPlace(random: () => number): CallPlace {
  const [call, most] = CALLS[Math.floor(random() * CALLS.length)] ?? ["write", 100];
  return { call, nth: 1 + Math.floor(random() * most) };
}

/** The command before a command that kills it in a system call. */
export function killAt({ call, nth }: CallPlace): string[] {
  const names = NAMES[call] ?? call;
  return [
    "strace",
    // As a child of what it traces, so that the process is ours.
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
