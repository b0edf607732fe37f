import { checkId, throwIfAborted } from "@mem/core";
import { tenantFolder } from "../folder/file-names.ts";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import type { LineDigester } from "../line/line-digest.ts";
import { checkAgent, type AgentCheck } from "./agent-check.ts";
import { layoutOf } from "./layout.ts";
import { checkAnchor, type AnchoredFile, type RecordAnchor } from "./record-anchor.ts";
import type {
  RecordVerification,
  VerifiedAgent,
  VerifyRecordsOptions,
} from "./record-verification.ts";

export interface RecordVerifierOptions {
  readonly folder: RecordFolder;
  readonly digester: LineDigester;
}

/** Maximum attempts: segments may be rotated, compressed or erased from while they are checked. */
const ATTEMPTS = 3;

/** Checks files and reports what was done to them. Changes nothing. */
export class RecordVerifier {
  readonly #options: RecordVerifierOptions;

  constructor(options: RecordVerifierOptions) {
    this.#options = options;
  }

  /** Calls `checkpoint` repeatedly; it throws if nobody waits for the result any more. */
  async verify(
    options: VerifyRecordsOptions = {},
    checkpoint: () => void = () => throwIfAborted(options.signal),
  ): Promise<RecordVerification> {
    const { tenantId, agentId, onProgress } = options;
    if (tenantId !== undefined) checkId(tenantId, "options.tenantId");
    if (agentId !== undefined) checkId(agentId, "options.agentId");
    const anchored = options.anchor === undefined ? {} : checkAnchor(options.anchor).files;
    await this.#options.folder.prepareToRead();
    const agents: VerifiedAgent[] = [];
    const files: Record<string, AnchoredFile> = {};
    const total = { lines: 0, records: 0, erased: 0, bytes: 0 };
    const [present, absent] = await this.#files(tenantId, agentId, Object.keys(anchored));
    for (const file of present) {
      const anchor = Object.hasOwn(anchored, file.label) ? anchored[file.label] : undefined;
      const { lines: linesBefore, bytes: bytesBefore } = total;
      const checked = await this.#check(file, anchor, (lines, bytes) => {
        checkpoint();
        onProgress?.({ lines: linesBefore + lines, bytes: bytesBefore + bytes });
      });
      const { agent } = checked;
      if (checked.anchor === undefined) continue;
      files[file.label] = checked.anchor;
      agents.push(agent);
      total.lines += agent.lines;
      total.records += agent.records;
      total.erased += agent.erased;
      total.bytes += agent.bytes;
    }
    agents.push(...absent.filter((label) => !Object.hasOwn(files, label)).map(missingAgent));
    const anchor: RecordAnchor = { version: 1, files };
    return { ok: agents.every(({ ok }) => ok), agents, ...total, anchor };
  }

  async #check(
    file: RecordFile,
    anchor: AnchoredFile | undefined,
    checkpoint: (lines: number, bytes: number) => void,
  ): Promise<AgentCheck> {
    const { folder, digester } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const before = await layoutOf(folder, file);
      const hadEarlierFormat = await folder.hadEarlierFormat();
      const options = { folder, file, digester, anchor, hadEarlierFormat, checkpoint };
      const checked = await checkAgent(options);
      if (checked.agent.ok || attempt === ATTEMPTS) return checked;
      // The problems may come from what others did to the files meanwhile.
      if ((await layoutOf(folder, file)) === before) return checked;
    }
  }

  /** The files of the requested agents, and those of the anchor that may have vanished. */
  async #files(
    tenantId: string | undefined,
    agentId: string | undefined,
    anchored: readonly string[],
  ): Promise<[present: RecordFile[], absent: string[]]> {
    const { folder } = this.#options;
    if (agentId !== undefined) {
      const file = folder.fileOf(tenantId ?? "default", agentId);
      return [[file], anchored.filter((label) => label === file.label)];
    }
    const found = await (tenantId === undefined ? folder.allFiles() : folder.filesOf(tenantId));
    const present = found.toSorted((a, b) => (a.label < b.label ? -1 : 1));
    if (tenantId === undefined) return [present, [...anchored]];
    const place = tenantFolder(tenantId);
    const isOfTenant = (label: string): boolean =>
      place === "" ? !label.startsWith("@") : label.startsWith(`${place}/`);
    return [present, anchored.filter(isOfTenant)];
  }
}

function missingAgent(file: string): VerifiedAgent {
  const place = { file, segment: 1, line: 1, offset: 0 };
  const message = `all files of this agent are missing that were here when the anchor was made`;
  return {
    file,
    ok: false,
    segments: 0,
    lines: 0,
    records: 0,
    erased: 0,
    bytes: 0,
    problems: [{ kind: "segment", ...place, message }],
    problemCount: 1,
    trusted: { until: place, linesAfter: 0 },
    notes: [],
  };
}
