import {
  MemoryError,
  throwIfAborted,
  type EmbedderFingerprint,
  type LongTermStore,
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

export interface ExportedBundle {
  readonly entries: number;
  /** The size of the file. */
  readonly bytes: number;
}

/**
 * Writes every long-term entry of a store, or of one tenant, to a bundle: as they are at one moment, while others go on
 * writing. Vectors are included as far as they are made; `flush()` the store before to have all of them.
 *
 * What is at `path` is replaced when the new bundle is whole and on disk, and not touched otherwise. Rejects with
 * `MEM_NOT_FOUND` where the folder is missing, with `MEM_CAPACITY` where the disk is full, with `MEM_CONFLICT` where the
 * store went over to another embedder meanwhile, and as the store does.
 */
export async function exportBundle(
  store: LongTermStore,
  path: string,
  options: ExportBundleOptions = {},
): Promise<ExportedBundle> {
  checkCall(path, options, ["tenantId", "onProgress", "signal"]);
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
