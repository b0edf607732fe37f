import {
  isMemoryError,
  MemoryError,
  throwIfAborted,
  type LongTermStore,
  type NamesOf,
  type Restored,
  type RestoreOptions,
} from "@mem/core";
import { checkCall } from "./bundle-call.ts";
import { checkBundle, type CheckedBundle } from "./bundle-check.ts";
import { damaged } from "./bundle-error.ts";
import { BundleFile } from "./bundle-file.ts";
import { decodeEntry } from "./entry-line.ts";
import { EntryBatches } from "./entry-batches.ts";
import type { OnProgress } from "./progress.ts";
import { isSealed, linesOf } from "./sealed-line.ts";

export interface ImportBundleOptions {
  /** What to do about an entry that is already in the store. Default `"replace"`. */
  readonly ifExists?: "skip" | "replace";
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const IMPORT_OPTIONS: NamesOf<ImportBundleOptions> = {
  ifExists: true,
  onProgress: true,
  signal: true,
};

/**
 * Puts every entry of a bundle into a store, unchanged, with its times; only versions are the store's own. Vectors are
 * imported if the store has the embedder that made them, and made anew otherwise.
 *
 * The whole bundle is read and checked first: nothing is imported from one that is damaged or incomplete
 * (`MEM_CORRUPT`) or newer than this release (`MEM_FORMAT`). If the store fails on the way, or the signal fires, part
 * of the bundle may be imported (the error's `outcome` is then `"unknown"`); importing again is harmless.
 */
export async function importBundle(
  store: LongTermStore,
  path: string,
  options: ImportBundleOptions = {},
): Promise<Restored> {
  checkCall(path, options, IMPORT_OPTIONS);
  const { ifExists = "replace", onProgress, signal } = options;
  throwIfAborted(signal);
  await using file = await BundleFile.open(path);
  const bundle = await checkBundle(file, onProgress, signal);
  const { embedder } = bundle;
  const restore: RestoreOptions = {
    ifExists,
    ...(embedder !== undefined && { vectorsOf: embedder }),
    ...(signal !== undefined && { signal }),
  };
  // Told of what is stored, with what was read by then.
  let bytes = 0;
  const batches = new EntryBatches(store, restore, (entries) =>
    onProgress?.({ phase: "import", entries, bytes, totalBytes: bundle.to - bundle.from }),
  );
  try {
    let number = 1;
    for await (const chunk of file.chunks(bundle.from, bundle.to)) {
      throwIfAborted(signal);
      for (const line of linesOf(chunk)) {
        number += 1;
        batches.add(readLine(file.path, bundle, line, number), line.length);
        if (batches.isReady) await batches.send();
      }
      bytes += chunk.length;
    }
    const restored = await batches.finish();
    if (restored.stored + restored.skipped === bundle.entries) return restored;
    throw damaged(path, `it was changed while it was imported`);
  } catch (error) {
    await batches.settle();
    throw batches.restored.stored === 0 ? error : halfDone(error, batches.restored.stored);
  }
}

function readLine(
  path: string,
  { embedder }: CheckedBundle,
  line: Buffer,
  number: number,
): ReturnType<typeof decodeEntry> {
  // It was, a moment ago.
  if (!isSealed(line)) throw damaged(path, `line ${number} was changed while it was imported`);
  try {
    return decodeEntry(line, embedder);
  } catch (error) {
    throw damaged(path, `line ${number} ${(error as Error).message}`);
  }
}

function halfDone(error: unknown, stored: number): unknown {
  if (!isMemoryError(error)) return error;
  const { code, message, retryable } = error;
  return new MemoryError(code, `${message}; ${stored} entries were imported before`, {
    cause: error,
    outcome: "unknown",
    retryable,
  });
}
