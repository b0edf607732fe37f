/** How far a `reembed` has come. */
export interface ReembedProgress {
  /** Texts whose new vector is there, those of an earlier attempt among them. */
  readonly done: number;
  /** Texts that need one, as far as is known by now. */
  readonly total: number;
}

export interface ReembedOptions {
  readonly onProgress?: (progress: ReembedProgress) => void;
  /** Stops; what was made is kept for the next attempt. */
  readonly signal?: AbortSignal;
}

/** What a `reembed` did. */
export interface Reembedded {
  /** Entries that have a vector of the new embedder now. */
  readonly entries: number;
}
