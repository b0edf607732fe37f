import type { Fields } from "./server-info.ts";

/** Settings to read in addition to INFO. */
export const PERSISTENCE_SETTINGS: readonly string[] = [
  "appendfsync",
  "no-appendfsync-on-rewrite",
  "save",
];

/** Describes what a server keeps on disk and what a crash loses; `settings` is absent if they can't be read. */
export function describePersistence(info: Fields, settings: Fields | undefined): string {
  if (info.get("aof_enabled") === "1") return describeAppendOnly(settings);
  if (settings === undefined) {
    return "Redis keeps no append-only file; whether it takes snapshots could not be checked, because this user may not run CONFIG GET";
  }
  const save = settings.get("save");
  if (save === "") return "Redis keeps nothing on disk: a restart of the server loses everything";
  return `Redis takes snapshots (save ${save}): a restart loses what was written since the last one`;
}

/** Describes failures that keep the server from storing what it promises. */
export function describeDiskFailures(info: Fields): string[] {
  const failures: string[] = [];
  if (info.get("aof_enabled") === "1" && info.get("aof_last_write_status") === "err") {
    failures.push("Redis could not write its append-only file: see the log of the server");
  }
  if (info.get("rdb_last_bgsave_status") === "err") {
    failures.push("Redis could not write its last snapshot: see the log of the server");
  }
  return failures;
}

function describeAppendOnly(settings: Fields | undefined): string {
  if (settings === undefined) {
    return "Redis keeps an append-only file: a crash of the server loses nothing; what one of the machine loses could not be checked, because this user may not run CONFIG GET";
  }
  const pauses = settings.get("no-appendfsync-on-rewrite") === "yes";
  const exception = pauses ? ", and all since the beginning of a rewrite of the file" : "";
  switch (settings.get("appendfsync")) {
    case "always":
      return pauses
        ? "Redis syncs every write to disk, except while it rewrites the file (no-appendfsync-on-rewrite): a crash of the machine then loses what was written since"
        : "Redis syncs every write to disk: an acknowledged write survives a crash of the machine";
    case "everysec":
      return `Redis syncs to disk once a second: a crash of the machine loses about a second${exception}, of the server nothing`;
    default:
      return "Redis keeps an append-only file: a crash of the machine loses what the system had not written yet";
  }
}
