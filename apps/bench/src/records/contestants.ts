import { loadPeer } from "../../peers/load.ts";
import {
  appendFiles,
  encodeAndHash,
  encodeOnly,
  groupCommit,
  groupCommitOfFinished,
  syncEach,
} from "./bare-writing.ts";
import type { Contestant, Open } from "./contestant.ts";
import { NEVER, ours, oursByManager } from "./ours.ts";
import { PEER_LOGGERS } from "./peer-loggers.ts";

export const OURS = "mem";
export const OURS_ONE_FILE = "mem, one file";
export const OURS_KEYED = "mem, with a key";
export const OURS_BY_MANAGER = "mem, by the manager";
export const OURS_PROCESS = "mem, process";
export const OURS_PROCESS_ONE_FILE = "mem, process, one file";
export const GROUP_COMMIT = "bare group commit";
export const FINISHED = "bare group commit of finished lines";
export const SYNC_EACH = "append + fdatasync each";
export const APPEND_FILE = "fs.appendFile";
export const ENCODE_AND_HASH = "encode + hash";
export const ENCODE = "encode";

const OWN: Readonly<Record<string, Open>> = {
  [OURS]: (folder) => ours(folder),
  [OURS_ONE_FILE]: (folder) => ours(folder, { rotate: NEVER }),
  [OURS_KEYED]: (folder) => ours(folder, { key: "a key that is no secret" }),
  [OURS_BY_MANAGER]: oursByManager,
  [OURS_PROCESS]: (folder) => ours(folder, { durability: "process" }),
  [OURS_PROCESS_ONE_FILE]: (folder) => ours(folder, { durability: "process", rotate: NEVER }),
  [GROUP_COMMIT]: groupCommit,
  [FINISHED]: groupCommitOfFinished,
  [SYNC_EACH]: syncEach,
  [APPEND_FILE]: appendFiles,
  [ENCODE_AND_HASH]: encodeAndHash,
  [ENCODE]: encodeOnly,
};

export async function openContestant(name: string, folder: string): Promise<Contestant> {
  const open = OWN[name];
  if (open !== undefined) return open(folder);
  const openPeer = PEER_LOGGERS[name];
  if (openPeer === undefined) throw new Error(`There is no contestant named ${name}.`);
  return openPeer(folder, loadPeer);
}
