import { loadPeer } from "../../peers/load.ts";
import { bareAppend, bareAppendBlocking, bareGroupCommit } from "./bare-log.ts";
import type { Contestant, Open, Opening } from "./contestant.ts";
import { clonedMap } from "./cloned-map.ts";
import { ours } from "./ours.ts";
import { PEER_STORES } from "./peer-stores.ts";
import { rawLanceDb, rawLanceDbFilled, rawLanceDbJoined } from "./raw-lancedb.ts";
import { sqlite, sqliteJoined } from "./sqlite.ts";

export const OURS = "mem";
export const APPEND = "append + fdatasync";
export const APPEND_BLOCKING = "append + fdatasync, blocking";
export const GROUP_COMMIT = "bare group commit";
export const SQLITE = "node:sqlite";
export const SQLITE_JOINED = "node:sqlite, joined";
export const LANCEDB = "LanceDB, upsert + fsync";
export const LANCEDB_JOINED = "LanceDB, upsert + fsync, joined";
export const RAW_LANCEDB = "LanceDB";
export const MAP = "Map + structuredClone";

const OWN: Readonly<Record<string, Open>> = {
  [OURS]: ours,
  [APPEND]: bareAppend,
  [APPEND_BLOCKING]: bareAppendBlocking,
  [GROUP_COMMIT]: bareGroupCommit,
  [SQLITE]: sqlite,
  [SQLITE_JOINED]: sqliteJoined,
  [LANCEDB]: rawLanceDb,
  [LANCEDB_JOINED]: rawLanceDbJoined,
  [RAW_LANCEDB]: rawLanceDbFilled,
  [MAP]: clonedMap,
};

export async function openContestant(name: string, opening: Opening): Promise<Contestant> {
  const open = OWN[name];
  if (open !== undefined) return open(opening);
  const openPeer = PEER_STORES[name];
  if (openPeer === undefined) throw new Error(`There is no contestant named ${name}.`);
  return openPeer(opening, loadPeer);
}
