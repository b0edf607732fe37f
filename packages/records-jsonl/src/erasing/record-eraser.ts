import { checkRecordErasureRequest, type EraseOptions, type RecordErasureRequest } from "@mem/core";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import type { ControlLine } from "../line/control-line.ts";
import type { SegmentWork } from "../writing/segment-work.ts";
import type { Upkeep } from "../writing/upkeep.ts";
import { erasedBytes } from "./erased-bytes.ts";
import { surveySegment, type FoundLine, type SegmentSurvey } from "./segment-survey.ts";
import { matcherOf, type ErasureMatcher } from "./erasure-matcher.ts";
import { leftovers, removeLeftovers } from "./leftovers.ts";

export interface RecordEraserOptions {
  readonly folder: RecordFolder;
  readonly upkeep: Upkeep;
}

/** Maximum number of lines that one erasure line names, so that it stays short enough for people. */
const NAMED_AT_ONCE = 500;

/** Removes the content of records from the files, and leaves their places in the chains. */
export class RecordEraser {
  readonly #options: RecordEraserOptions;

  constructor(options: RecordEraserOptions) {
    this.#options = options;
  }

  /** Calls `checkpoint` repeatedly; it throws if nobody waits for the erasure any more. */
  async erase(
    request: RecordErasureRequest,
    options: EraseOptions = {},
    checkpoint: () => void = () => {},
  ): Promise<string[]> {
    checkRecordErasureRequest(request);
    const { folder } = this.#options;
    const { tenantId, agentId } = request;
    const matcher = matcherOf(request);
    await folder.prepareToRead();
    const files =
      agentId === undefined ? await folder.filesOf(tenantId) : [folder.fileOf(tenantId, agentId)];
    const ids: string[] = [];
    for (const file of files) {
      checkpoint();
      ids.push(...(await this.#eraseFrom(file, matcher, options, checkpoint)));
    }
    return ids;
  }

  async #eraseFrom(
    file: RecordFile,
    matcher: ErasureMatcher,
    { dryRun = false, signal }: EraseOptions,
    checkpoint: () => void,
  ): Promise<string[]> {
    const found = await this.#survey(file, matcher, checkpoint);
    if (dryRun) return found.flatMap(({ lines }) => idsOf(lines));
    const isClean = found.every((survey) => survey.isClean);
    if (isClean && (await leftovers(file)).length === 0) return [];
    const { upkeep, folder } = this.#options;
    await folder.prepareToWrite();
    return upkeep.exclusively(async (work) => {
      // Temporary files that a killed process left behind may hold anything.
      await removeLeftovers(file);
      if (isClean) return [];
      await work.rotate(file);
      return this.#rewrite(file, matcher, work, checkpoint);
    }, signal);
  }

  async #survey(
    file: RecordFile,
    matcher: ErasureMatcher,
    checkpoint: () => void,
  ): Promise<SegmentSurvey[]> {
    const { earlier, current } = await this.#options.folder.segmentsOf(file);
    const surveys: SegmentSurvey[] = [];
    const numbers = earlier.map(({ segment }) => segment);
    for (const number of numbers) {
      surveys.push(await surveySegment(file, number, false, matcher, checkpoint));
    }
    if (current !== undefined) {
      surveys.push(await surveySegment(file, current.segment, true, matcher, checkpoint));
    }
    return surveys;
  }

  /** Runs under the lock and with every earlier segment finished, so that nobody else changes them. */
  async #rewrite(
    file: RecordFile,
    matcher: ErasureMatcher,
    work: SegmentWork,
    checkpoint: () => void,
  ): Promise<string[]> {
    const { earlier } = await this.#options.folder.segmentsOf(file);
    const ids: string[] = [];
    for (const segment of earlier) {
      checkpoint();
      const survey = await surveySegment(file, segment.segment, false, matcher, checkpoint);
      if (survey.isClean) continue;
      for (const line of erasureLines(segment.segment, survey.lines)) await work.append(file, line);
      await work.replace(file, segment, erasedBytes(file, segment.segment, survey));
      ids.push(...idsOf(survey.lines));
    }
    return ids;
  }
}

function idsOf(lines: readonly FoundLine[]): string[] {
  return lines.flatMap(({ id }) => (id === undefined ? [] : [id]));
}

/** The control lines that name what is erased; they are written before it is. */
function erasureLines(segment: number, lines: readonly FoundLine[]): ControlLine[] {
  const named = lines.flatMap(({ chain }) =>
    chain === undefined ? [] : [[chain.writer, chain.sequence] as const],
  );
  const parts: ControlLine[] = [];
  for (let at = 0; at < named.length; at += NAMED_AT_ONCE) {
    const timestamp = new Date().toISOString();
    parts.push({ type: "erasure", timestamp, segment, lines: named.slice(at, at + NAMED_AT_ONCE) });
  }
  return parts;
}
