import type { CallOptions, NamesOf, RecordStore } from "@mem/core";
import type {
  RecordVerification,
  VerifyRecordsOptions,
} from "./verification/record-verification.ts";

/** Which files to rotate: one agent's, one tenant's, or, by default, all. */
export interface RotateOptions extends CallOptions {
  /** Default: all tenants, or `"default"` if `agentId` is given. */
  readonly tenantId?: string;
  readonly agentId?: string;
}

export const ROTATE_OPTIONS: NamesOf<RotateOptions> = {
  tenantId: true,
  agentId: true,
  signal: true,
  session: true,
};

/** Execution records as JSONL. */
export interface JsonlRecords extends RecordStore {
  /**
   * Rotates: turns the current files into segments, whatever their size, and begins new ones. Resolves when the
   * segments are complete and compressed, and those beyond `retain` are dropped. Rejects with `MEM_LOCKED` if another
   * process works on the segments for 30 seconds.
   */
  rotate(options?: RotateOptions): Promise<void>;
  /**
   * Checks whether the files are what the stores wrote: reports each line that was changed, removed, inserted or moved,
   * and what can still be relied on. Changes nothing and works while others write. The README says what it proves.
   */
  verify(options?: VerifyRecordsOptions): Promise<RecordVerification>;
}
