import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { isDiskFull, LogError, systemCode } from "@mem/append-log";
import { MemoryError, type Outcome } from "@mem/core";

const READ_ONLY: ReadonlySet<string | undefined> = new Set(["EROFS", "30"]);
const FORBIDDEN: ReadonlySet<string | undefined> = new Set(["EACCES", "EPERM", "13", "1"]);
/** LanceDB reports the operating system's number in a sentence, or in the form in which Rust prints a structure. */
const NUMBER = /os error (\d+)|Os \{ code: (\d+)/;

/**
 * The error for a disk that somebody has to attend to before anything can be written: it is full, mounted read-only, or
 * forbidden to this user. `undefined`: it is another failure.
 */
export function diskRefusal(
  failure: unknown,
  folder: string,
  outcome: Outcome,
): MemoryError | undefined {
  if (isDiskFull(failure)) {
    const message = `the disk that holds ${folder} is full`;
    return new MemoryError("MEM_CAPACITY", message, { cause: failure, outcome });
  }
  const answer = systemAnswer(failure);
  if (READ_ONLY.has(answer)) {
    const message = `the disk that holds ${folder} is mounted read-only, and a store writes there even to be read: mount it writable`;
    return new MemoryError("MEM_READ_ONLY", message, { cause: failure, outcome });
  }
  if (!FORBIDDEN.has(answer)) return undefined;
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `the user of this process has to be able to read and write ${folder}, all that is in it, and the folder that it is in, where its lock lies: give that user the right to`,
    { cause: failure, outcome, retryable: false },
  );
}

/** Why a folder can't be written to or created; `undefined`: no reason is known. */
export async function refusalOf(folder: string): Promise<MemoryError | undefined> {
  for (const path of [folder, dirname(folder)]) {
    const refusal = await writing(path);
    if (refusal !== undefined) return diskRefusal(refusal, folder, "not-applied");
  }
  return undefined;
}

/** What keeps this process from creating names in a folder or, if it does not exist yet, in the nearest one above. */
async function writing(path: string): Promise<unknown> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const isRoot = dirname(path) === path;
    return systemCode(error) === "ENOENT" && !isRoot ? writing(dirname(path)) : error;
  }
}

/** The operating system's code or number for a refusal, taken from the error or one of its causes. */
function systemAnswer(error: unknown): string | undefined {
  for (let failure = error, depth = 0; failure instanceof Error && depth < 10; depth++) {
    const [, asSentence, asStructure] = NUMBER.exec(failure.message) ?? [];
    const code = failure instanceof LogError ? undefined : systemCode(failure);
    const answer = asSentence ?? asStructure ?? code;
    if (answer !== undefined && (READ_ONLY.has(answer) || FORBIDDEN.has(answer))) return answer;
    failure = failure.cause;
  }
  return undefined;
}
