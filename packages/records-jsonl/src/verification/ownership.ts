import { agentFile, tenantFolder } from "../folder/file-names.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import type { WrittenControl } from "../line/control-line.ts";
import { decodeRecord } from "../line/record-line.ts";
import type { Findings, Place } from "./findings.ts";

export interface Owner {
  readonly tenantId: string;
  readonly agentId: string;
}

/** Checks that lines were written to this agent's files: copied from another agent's, they hold just as well. */
export class Ownership {
  owner: Owner | undefined;
  readonly #file: RecordFile;
  readonly #findings: Findings;
  /** Writers of whom a record was checked. */
  readonly #known = new Set<string>();
  /** Writers to other files; each is reported once. */
  readonly #foreign = new Set<string>();

  constructor(file: RecordFile, findings: Findings) {
    this.#file = file;
    this.#findings = findings;
  }

  /** Whether a record of this writer was checked. */
  knows(writer: string): boolean {
    return this.#known.has(writer);
  }

  /** A writer writes to one file only, so the first record of each tells whose it is. */
  checkRecord(place: Place, writer: string, bytes: Buffer): void {
    if (this.#known.has(writer)) return;
    const decoded = decodeRecord(bytes);
    if (typeof decoded === "string") return;
    this.#known.add(writer);
    const { tenantId, agentId } = decoded.record;
    const folder = tenantFolder(tenantId);
    const label = folder === "" ? agentFile(agentId) : `${folder}/${agentFile(agentId)}`;
    if (this.#isOwn(place, writer, "record", label)) this.owner ??= { tenantId, agentId };
  }

  /** Whether a control line describes this file; if not, it counts for nothing. */
  checkControl(place: Place, writer: string, { type, file }: WrittenControl): boolean {
    return this.#isOwn(place, writer, `${type} line`, file);
  }

  #isOwn(place: Place, writer: string, what: string, label: string | undefined): boolean {
    if (label === this.#file.label) return true;
    if (this.#foreign.has(writer)) return false;
    this.#foreign.add(writer);
    const belongs = label === undefined ? "names no file" : `belongs to ${label}`;
    const message = `line ${place.line} is a ${what} of another agent or tenant: it ${belongs}`;
    this.#findings.add({ kind: "foreign", place, message, writer });
    return false;
  }
}
