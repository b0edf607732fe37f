/**
 * How far an export or import has come. Reported after each batch of about a thousand entries, or each MiB while
 * verifying.
 */
export interface BundleProgress {
  /** An import reads the bundle twice, first to verify all of it. */
  readonly phase: "export" | "verify" | "import";
  /** Entries done in this phase; always 0 while verifying, which does not tell them apart. */
  readonly entries: number;
  /** Bytes of the bundle done in this phase. */
  readonly bytes: number;
  /** How many bytes there will be; absent in an export, where it is not known beforehand. */
  readonly totalBytes?: number;
}

export type OnProgress = (progress: BundleProgress) => void;
