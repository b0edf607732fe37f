import { fstatSync } from "node:fs";
import type { ByteSource } from "@mem/append-log";
import type { OpenSegment } from "../folder/open-segment.ts";
import { GzipSource } from "./gzip-source.ts";
import { MemberTable } from "./member-table.ts";

/** The content of a segment, the same whether its file is compressed or plain. */
export interface SegmentBytes extends ByteSource {
  /** The size in bytes by now. A compressed segment may have to be read through for it, once. */
  size(): Promise<number>;
}

export interface SegmentBytesOptions {
  /** What is known about the members of a compressed segment; newly found ones are added. */
  readonly members?: MemberTable;
  /** Maximum unpacked size of a member, in bytes; a larger one is not unpacked. Default 128 MiB. */
  readonly maxMemberBytes?: number;
  /**
   * Called with the offset of each damaged part of a compressed segment when it is read; for a part of unknown size,
   * even if it is not read.
   */
  readonly onLost?: (offset: number) => void;
}

/** Reads an open segment at any position. Closing the segment is left to its owner. */
export function openSegmentBytes(
  { handle, compressed }: OpenSegment,
  options: SegmentBytesOptions = {},
): SegmentBytes {
  if (compressed) {
    const { size } = fstatSync(handle.fd);
    const { members = new MemberTable(), maxMemberBytes = 2 ** 27, onLost = ignore } = options;
    for (const { lost, start, end } of members.places) {
      // It has no bytes, so no reader comes across it.
      if (lost && start === end) onLost(start);
    }
    return new GzipSource({ handle, size, members, maxMemberBytes, onLost });
  }
  return {
    read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
    size: () => Promise.resolve(fstatSync(handle.fd).size),
  };
}

function ignore(): void {
  // A reader without `onLost` just sees blanks.
}
