import {
  MemoryError,
  type MemoryErrorCode,
  type MemoryErrorOptions,
  type Outcome,
} from "@mem/core";

/** Whether the server itself replied with an error; scripts are written such that they have then changed nothing. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}

/** Whether the server doesn't know a script, after a restart or a flush. */
export function isUnknownScript(error: unknown): boolean {
  return isErrorReply(error) && error.message.startsWith("NOSCRIPT");
}

/**
 * While a slot is moved key by key, its old node redirects requests for keys that it does not have to the new node
 * (ASK). A script would find only some of its keys there and treat the others as missing: it has to wait for the end.
 */
export function withoutDetour(error: Error): Error {
  if (!isErrorReply(error) || !error.message.startsWith("ASK ")) return error;
  const wait = new Error("TRYAGAIN the slot is being moved to another node");
  wait.name = error.name;
  return wait;
}

interface Meaning {
  readonly code: MemoryErrorCode;
  readonly message: string;
  readonly retryable?: boolean;
}

const ACCESS = { code: "MEM_UNAVAILABLE", retryable: false } as const;
const CLUSTER = {
  code: "MEM_UNAVAILABLE",
  message: "this server is a node of a Cluster: give its nodes as `cluster`, or a Cluster client",
  retryable: false,
} as const;

/** What the first word of an error reply means to a caller, and what to do about it. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  NOAUTH: { ...ACCESS, message: "Redis asks for a password: put it into the URL or the options" },
  WRONGPASS: { ...ACCESS, message: "Redis refused the username or password" },
  NOPERM: {
    ...ACCESS,
    message:
      "the Redis user lacks a permission: it needs the keys of this prefix and the commands that the README lists",
  },
  OOM: {
    code: "MEM_CAPACITY",
    message: "Redis has reached its maxmemory: raise it, or let entries expire sooner",
  },
  LARGE: {
    code: "MEM_TOO_LARGE",
    message:
      "a value is larger than the server's proto-max-bulk-len: raise that, or set maxValueBytes below it",
  },
  WRONGTYPE: {
    code: "MEM_CORRUPT",
    message:
      "a key of this memory holds something of another type: other software writes under this prefix",
  },
  READONLY: {
    code: "MEM_UNAVAILABLE",
    message: "this Redis is a replica and takes no writes: connect to the primary, or by Sentinel",
  },
  LOADING: { code: "MEM_UNAVAILABLE", message: "Redis is still loading its data from disk" },
  MISCONF: {
    code: "MEM_UNAVAILABLE",
    message: "Redis takes no writes because it can't save to disk: see the log of the server",
  },
  CLUSTERDOWN: { code: "MEM_UNAVAILABLE", message: "the Redis Cluster does not serve all slots" },
  MASTERDOWN: { code: "MEM_UNAVAILABLE", message: "this replica has lost its primary" },
  NOREPLICAS: { code: "MEM_UNAVAILABLE", message: "too few replicas follow this Redis" },
  TRYAGAIN: { code: "MEM_UNAVAILABLE", message: "the slot is being moved to another node" },
  BUSY: { code: "MEM_UNAVAILABLE", message: "Redis is busy with a script of somebody else" },
  MOVED: CLUSTER,
  CROSSSLOT: CLUSTER,
};

/** Converts an error reply to a `MemoryError`. */
export function fromReply(reply: Error): MemoryError {
  const cause = withoutArguments(reply);
  const raised = /\b(MEM_FORMAT|MEM_CORRUPT)\b/.exec(reply.message)?.[1];
  if (raised !== undefined) return unreadable(raised as UnreadableCode, cause);
  const meaning = MEANINGS[wordOf(reply)];
  if (meaning === undefined) {
    const message = "Redis refused the command: see the cause";
    return new MemoryError("MEM_UNAVAILABLE", message, { cause, retryable: false });
  }
  const { code, message, retryable } = meaning;
  return new MemoryError(code, message, { cause, ...(retryable === false && { retryable }) });
}

function wordOf({ message }: Error): string {
  // How older and newer versions tell a script that a permission is missing.
  if (/The user executing the script can't|ACL failure in script/.test(message)) return "NOPERM";
  if (message.includes("invalid bulk length")) return "LARGE";
  return /^\w+/.exec(message)?.[0] ?? "";
}

/** Whether retrying is pointless until a person has changed something. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && /^(NOAUTH|WRONGPASS|NOPERM)\b/.test(error.message);
}

type UnreadableCode = "MEM_FORMAT" | "MEM_CORRUPT";

/** The error for stored data that can't be read. */
export function unreadable(code: UnreadableCode, cause?: unknown): MemoryError {
  const message =
    code === "MEM_FORMAT"
      ? "an entry was written by a newer version of this library: update it"
      : "an entry can't be read: other software writes under this prefix";
  return new MemoryError(code, message, cause === undefined ? {} : { cause });
}

/** Copies an error, for another call that gets it or with the outcome that is known here. */
export function copyOf(error: MemoryError, known?: Outcome): MemoryError {
  const { code, message, cause, outcome, retryable, path } = error;
  const options = { cause, outcome: known ?? outcome, retryable };
  return new MemoryError(code, message, { ...options, ...(path !== undefined && { path }) });
}

export function sessionEnded(): MemoryError {
  const message = "the session has ended, or this is not its current lifetime";
  return new MemoryError("MEM_SESSION_ENDED", message);
}

export function claimLost(): MemoryError {
  const message =
    "the claim is not held any more: claim the step again, or leave it to who holds it";
  return new MemoryError("MEM_CONFLICT", message, { retryable: false });
}

/**
 * The error for a command that was answered without `toWritable` being called: without a deadline, a script does
 * nothing.
 */
export function foreignWriter(): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    "the client writes commands in a way that is not known here: give a plain client of ioredis 6",
  );
}

/** The error for a command that would exceed the maximum length of a string. */
export function unwritable(cause: unknown): MemoryError {
  const message = "the call is larger than one command can be: divide it";
  return new MemoryError("MEM_TOO_LARGE", message, { cause });
}

export function unavailable(message: string, options: MemoryErrorOptions = {}): MemoryError {
  const { message: why, code } = (options.cause ?? {}) as NodeJS.ErrnoException;
  // If a host name has several addresses, only the code says what failed.
  const reason = why || code;
  return new MemoryError("MEM_UNAVAILABLE", message + (reason ? ` (${reason})` : ""), options);
}

/** Copies a client's error without the command it carries, which may contain values and passwords. */
export function withoutArguments(error: Error): Error {
  const bare = new Error(error.message.replace(/, with args beginning with.*/s, ""));
  bare.name = error.name;
  if (error.stack !== undefined) bare.stack = `${bare.name}: ${bare.message}`;
  if ("code" in error) Object.assign(bare, { code: error.code });
  return bare;
}
