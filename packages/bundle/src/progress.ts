/** How far a bundle has come. Told after every batch, about a thousand entries. */
export interface BundleProgress {
  /** An import reads the bundle twice: first all of it is checked. */
  readonly phase: "export" | "verify" | "import";
  /** Entries that are done in this phase. While it is verified: 0, they are not told apart. */
  readonly entries: number;
  /** Bytes of the bundle that are done in this phase. */
  readonly bytes: number;
  /** How many there will be. Absent in an export: nobody knows beforehand. */
  readonly totalBytes?: number;
}

export type OnProgress = (progress: BundleProgress) => void;
