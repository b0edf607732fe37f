import { mkdir, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { syncDirectory } from "./durable-file.ts";
import { LogError, systemCode, systemError } from "./log-error.ts";

/** Creates a folder and its missing parents; with `durable`, their names are then on disk. */
export async function makeDirectory(path: string, durable: boolean): Promise<void> {
  const folder = resolve(path);
  let first: string | undefined;
  try {
    first = await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw systemError(await refusalOf(folder, cause), `create the folder ${folder}`);
  }
  if (first === undefined || !durable) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** On a read-only disk, a recursive `mkdir` fails with `ENOENT`; a plain one gives the real reason. */
async function refusalOf(folder: string, refusal: unknown): Promise<unknown> {
  for (let path = folder; systemCode(refusal) === "ENOENT"; path = dirname(path)) {
    try {
      await mkdir(path);
      return refusal;
    } catch (cause) {
      if (systemCode(cause) === "EEXIST") return refusal;
      if (systemCode(cause) !== "ENOENT") return cause;
    }
  }
  return refusal;
}

/** `f_type` of Linux's statfs for file systems where appends from two machines overwrite each other. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xfe534d42, "SMB 2"],
  [0xff534d42, "CIFS"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
]);

/** The name of the network file system that has this `f_type`, if it is one. */
export function networkFileSystem(type: number): string | undefined {
  return process.platform === "linux" ? networkFileSystems.get(type >>> 0) : undefined;
}

/** Rejects with `LOG_FILE_SYSTEM` on a network file system, where `O_APPEND` and fsync are not reliable. */
export async function refuseNetworkFileSystem(directory: string): Promise<void> {
  let type: number;
  try {
    ({ type } = await statfs(directory));
  } catch (cause) {
    throw systemError(cause, `examine the folder ${directory}`);
  }
  const name = networkFileSystem(type);
  if (name === undefined) return;
  throw new LogError(
    "LOG_FILE_SYSTEM",
    `${directory} is on a network file system (${name}); use a folder on a local disk`,
  );
}
