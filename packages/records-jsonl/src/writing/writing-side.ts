import type { RecordFolder } from "../folder/record-folder.ts";
import type { LineDigester } from "../line/line-digest.ts";
import type { StoreOptions } from "../store-options.ts";
import { ControlWriter } from "./control-writer.ts";
import { RecordWriter } from "./record-writer.ts";
import { SegmentWork, type IndexKeeper } from "./segment-work.ts";
import { Upkeep } from "./upkeep.ts";

/** Everything that writes to the files of a store. */
export interface WritingSide {
  readonly writer: RecordWriter;
  readonly upkeep: Upkeep;
}

export function createWritingSide(
  options: StoreOptions,
  parts: {
    readonly folder: RecordFolder;
    readonly digester: LineDigester;
    readonly indexes: IndexKeeper;
  },
): WritingSide {
  const { clock, rotate, retain } = options;
  const now = (): number => clock.now();
  const controls = new ControlWriter(parts.digester, now);
  const stopping = new AbortController();
  const { signal } = stopping;
  const work = new SegmentWork({ ...options, ...parts, controls, now, signal });
  const upkeep = new Upkeep({ ...parts, clock, work, stop: () => stopping.abort() });
  const tendsDaily = rotate.daily || retain !== undefined;
  const writer = new RecordWriter({ ...options, ...parts, upkeep, tendsDaily });
  return { writer, upkeep };
}
