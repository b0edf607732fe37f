import type { CallOptions, NamesOf } from "@mem/core";
import type { RecordAnchor } from "./record-anchor.ts";

export interface VerifyRecordsOptions extends CallOptions {
  /** Only this tenant's files. Default: all tenants, or `"default"` if `agentId` is given. */
  readonly tenantId?: string;
  /** Only this agent's files. */
  readonly agentId?: string;
  /** The `anchor` of an earlier verification. Keep it where nobody who can write to the folder can change it. */
  readonly anchor?: RecordAnchor;
  /** Called now and then with how much has been read. */
  readonly onProgress?: (progress: { readonly lines: number; readonly bytes: number }) => void;
}

export const VERIFY_OPTIONS: NamesOf<VerifyRecordsOptions> = {
  tenantId: true,
  agentId: true,
  anchor: true,
  onProgress: true,
  signal: true,
  session: true,
};

/**
 * What is wrong.
 * - `changed`: a line is not what its writer wrote.
 * - `removed`: lines are missing before this one, or in its place.
 * - `inserted`: no writer wrote this line here, or it is here twice.
 * - `reordered`: all lines are there, but in another order.
 * - `cut`: the end of a chain or of a file is missing.
 * - `missing-writer`: all lines of a writer that the anchor names are missing.
 * - `unsigned`: a digest that needs no key where one made with the key is required, or no chain where one is required.
 * - `key`: the lines are signed with another key, or no key was given.
 * - `erased`: a line was blanked out, and no erasure names it.
 * - `segment`: a file is missing, or is not the one that its name says.
 * - `foreign`: a record, or a line about files, that belongs to another agent or tenant.
 */
export type RecordProblemKind =
  | "changed"
  | "removed"
  | "inserted"
  | "reordered"
  | "cut"
  | "missing-writer"
  | "unsigned"
  | "key"
  | "erased"
  | "segment"
  | "foreign";

/** Where something begins. */
export interface RecordPlace {
  /** The file, relative to the store's folder. */
  readonly file: string;
  /** The number of the segment, from 1. */
  readonly segment: number;
  /** From 1. */
  readonly line: number;
  /** In bytes from the beginning of the file, uncompressed. */
  readonly offset: number;
}

export interface RecordProblem extends RecordPlace {
  readonly kind: RecordProblemKind;
  /** The writer whose chain is affected. */
  readonly writer?: string;
  /** A message for people. It contains nothing from the records themselves. */
  readonly message: string;
}

/** The result for one agent's files. */
export interface VerifiedAgent {
  /** The agent's current file, relative to the store's folder. */
  readonly file: string;
  /** Taken from its records; absent if there are none. */
  readonly tenantId?: string;
  readonly agentId?: string;
  /** No problem was found. */
  readonly ok: boolean;
  readonly segments: number;
  /** Chained lines: records, control lines and erased records. */
  readonly lines: number;
  readonly records: number;
  readonly erased: number;
  /** Uncompressed. */
  readonly bytes: number;
  /** The first hundred, in the order of the files. */
  readonly problems: readonly RecordProblem[];
  /** How many problems there are in all. */
  readonly problemCount: number;
  /** Reliable: every line before `until` (all if absent), and `linesAfter` lines after it that hold by themselves. */
  readonly trusted: { readonly until?: RecordPlace; readonly linesAfter: number };
  /** Worth knowing, but no problem: torn ends, blanks, lines without a chain. */
  readonly notes: readonly string[];
}

export interface RecordVerification {
  /** No problem was found anywhere. The package's README says what that proves. */
  readonly ok: boolean;
  readonly agents: readonly VerifiedAgent[];
  readonly lines: number;
  readonly records: number;
  readonly erased: number;
  /** Uncompressed. */
  readonly bytes: number;
  /** How far every chain reaches now. Pass it to a later `verify`. */
  readonly anchor: RecordAnchor;
}
