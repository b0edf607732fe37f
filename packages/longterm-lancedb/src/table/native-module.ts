import { createRequire } from "node:module";
import type * as LanceDbModule from "@lancedb/lancedb";
import { MemoryError } from "@mem/core";
import type * as ArrowModule from "apache-arrow";

export type LanceDb = typeof LanceDbModule;
export type Arrow = typeof ArrowModule;

export interface NativeModules {
  readonly lancedb: LanceDb;
  readonly arrow: Arrow;
}

const require = createRequire(import.meta.url);

let loading: Promise<NativeModules> | undefined;

/**
 * Loads LanceDB at first use, not on import: its native part is 200 MB and takes a third of a second. Rejects with
 * `MEM_NOT_CONFIGURED` if the native part for this platform is not installed.
 */
export function loadNativeModules(): Promise<NativeModules> {
  loading ??= load();
  return loading;
}

async function load(): Promise<NativeModules> {
  // Otherwise LanceDB warns on stderr at every other query; it reads the variable when it is loaded.
  process.env["LANCEDB_LOG"] ??= "error";
  try {
    const lancedb = await import("@lancedb/lancedb");
    // The same copy of Arrow that LanceDB loads: another one takes as long as LanceDB itself, and does not know its
    // types.
    const arrow = createRequire(require.resolve("@lancedb/lancedb"))("apache-arrow") as Arrow;
    return { lancedb, arrow };
  } catch (cause) {
    throw new MemoryError(
      "MEM_NOT_CONFIGURED",
      "LanceDB's native part can't be loaded; it comes as an optional dependency of @lancedb/lancedb, so install without leaving those out (npm: no --omit=optional), on a platform that LanceDB supports",
      { cause },
    );
  }
}
