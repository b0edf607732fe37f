import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { MemberTable } from "../reading/member-table.ts";

const gzipMember = promisify(gzip);
/** A third of the default level's work, for files a tenth larger: appends need the processor meanwhile. */
const LEVEL = 1;
/** Maximum size of the lines in one member of a compressed file, in bytes, unless it is a single longer line. */
const MEMBER_BYTES = 2 ** 16;
const NEWLINE = 10;

/**
 * Writes lines to a file as gzip with several members, each of whole lines, so that one can be read without those
 * before it. The same lines make the same members, however the content is chunked. Resolves with where the members are.
 */
export async function writeCompressed(
  handle: FileHandle,
  content: AsyncIterable<Buffer>,
): Promise<MemberTable> {
  const members = new MemberTable();
  const write = async (lines: Buffer): Promise<void> => {
    const packed = await gzipMember(lines, { level: LEVEL });
    await handle.appendFile(packed);
    members.add(packed.length, lines.length, false);
  };
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of content) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = memberEnd(rest); end !== undefined; end = memberEnd(rest)) {
      await write(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) await write(rest);
  members.complete = true;
  return members;
}

/** Where the next member ends; undefined if more lines may still belong to it. */
function memberEnd(bytes: Buffer): number | undefined {
  if (bytes.length <= MEMBER_BYTES) return undefined;
  const last = bytes.lastIndexOf(NEWLINE, MEMBER_BYTES - 1);
  if (last >= 0) return last + 1;
  const first = bytes.indexOf(NEWLINE, MEMBER_BYTES);
  return first < 0 ? undefined : first + 1;
}
