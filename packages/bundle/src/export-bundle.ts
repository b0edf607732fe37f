import {
  MemoryError,
  throwIfAborted,
  type EmbedderFingerprint,
  type LongTermStore,
  type NamesOf,
  type PortableRequest,
} from "@mem/core";
import { checkCall } from "./bundle-call.ts";
import { fileError } from "./bundle-error.ts";
import { BundleWriter } from "./bundle-writer.ts";
import type { OnProgress } from "./progress.ts";

export interface ExportBundleOptions extends PortableRequest {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const EXPORT_OPTIONS: NamesOf<ExportBundleOptions> = {
  tenantId: true,
  onProgress: true,
  signal: true,
};

export interface ExportedBundle {
  readonly entries: number;
  /** The size of the file, in bytes. */
  readonly bytes: number;
}

/**
 * Writes every long-term entry of a store, or of one tenant, to a bundle: a snapshot of one moment, while others go on
 * writing. It includes the vectors that have been made; call the store's `flush()` first to have all of them.
 *
 * A file at `path` is replaced once the new bundle is complete and on disk, and is left untouched otherwise. Rejects
 * with `MEM_NOT_FOUND` if the folder is missing, with `MEM_CAPACITY` if the disk is full, with `MEM_CONFLICT` if the
 * store switched to another embedder meanwhile, and as the store does.
 */
export async function exportBundle(
  store: LongTermStore,
  path: string,
  options: ExportBundleOptions = {},
): Promise<ExportedBundle> {
  checkCall(path, options, EXPORT_OPTIONS);
  const { onProgress, signal } = options;
  throwIfAborted(signal);
  const call = signal === undefined ? {} : { signal };
  // An undefined tenant is passed on: the store refuses it, because without one it would give out every tenant's.
  const request = "tenantId" in options ? ({ tenantId: options.tenantId } as PortableRequest) : {};
  const embedder = await store.embedder(call);
  try {
    await using bundle = await BundleWriter.create(path);
    await bundle.begin(embedder);
    for await (const batch of store.entries(request, call)) {
      throwIfAborted(signal);
      await bundle.add(batch);
      onProgress?.({ phase: "export", entries: bundle.entries, bytes: bundle.bytes });
    }
    throwIfAborted(signal);
    // The first line says whose vectors they are.
    if (!isSame(embedder, await store.embedder(call))) throw embedderChanged();
    await bundle.finish();
    return { entries: bundle.entries, bytes: bundle.bytes };
  } catch (error) {
    throw fileError(error, path);
  }
}

function isSame(
  before: EmbedderFingerprint | undefined,
  after: EmbedderFingerprint | undefined,
): boolean {
  return before?.model === after?.model && before?.dimensions === after?.dimensions;
}

function embedderChanged(): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    "the store went over to another embedder while it was exported; export it again",
    { retryable: true },
  );
}
