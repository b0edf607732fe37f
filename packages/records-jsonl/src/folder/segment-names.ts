import type { RecordFile } from "./record-folder.ts";

export interface SegmentName {
  /** The name of the agent's file, without any extension. */
  readonly stem: string;
  readonly segment: number;
  readonly compressed: boolean;
}

/** The name of an earlier segment within its tenant's folder. */
export function segmentName({ stem, segment, compressed }: SegmentName): string {
  return `${stem}~${String(segment).padStart(6, "0")}.jsonl${compressed ? ".gz" : ""}`;
}

/** Parses the name of an earlier segment; undefined for every other name. */
export function parseSegmentName(name: string): SegmentName | undefined {
  // A hash has 32 digits, so an encoded id is never taken for a segment.
  const match = /^(.+)~(\d{6,15})\.jsonl(\.gz)?$/.exec(name);
  if (match === null) return undefined;
  const [, stem = "", digits, gz] = match;
  const parsed = { stem, segment: Number(digits), compressed: gz !== undefined };
  // Each number has only one name.
  return parsed.segment > 0 && segmentName(parsed) === name ? parsed : undefined;
}

/** The file of an agent's earlier segment. */
export function segmentFile(file: RecordFile, segment: number, compressed: boolean): SegmentFile {
  const name = segmentName({ stem: file.stem, segment, compressed });
  return {
    segment,
    compressed,
    path: `${file.folder}/${name}`,
    label: `${file.label.slice(0, -file.name.length)}${name}`,
  };
}

export interface SegmentFile {
  readonly segment: number;
  readonly compressed: boolean;
  readonly path: string;
  /** The path within the store's folder, for reports. */
  readonly label: string;
}

/** The path of the side index of a segment, or of the current file. */
export function indexPath(file: RecordFile, segment: number | "current"): string {
  const stem =
    segment === "current"
      ? file.stem
      : segmentName({ stem: file.stem, segment, compressed: false }).slice(0, -".jsonl".length);
  return `${file.folder}/.index/${stem}.idx`;
}
