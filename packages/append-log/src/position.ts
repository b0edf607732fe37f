const SEGMENT_DIGITS = 10;
const OFFSET_DIGITS = 12;
const pattern = new RegExp(String.raw`^(\d{${SEGMENT_DIGITS}})-(\d{${OFFSET_DIGITS}})$`);

/** The number of a segment as it is written in file names and positions. */
export function formatSegment(segment: number): string {
  return String(segment).padStart(SEGMENT_DIGITS, "0");
}

/** A place in a log as text of fixed length, so that the order of texts is that of the log. */
export function formatPosition(segment: number, offset: number): string {
  return `${formatSegment(segment)}-${String(offset).padStart(OFFSET_DIGITS, "0")}`;
}

/** The segment and the byte offset in it that a position names; `TypeError` for any other text. */
export function parsePosition(position: string): { segment: number; offset: number } {
  const match = pattern.exec(position);
  if (match === null) throw new TypeError(`Not a position in a log: ${JSON.stringify(position)}`);
  return { segment: Number(match[1]), offset: Number(match[2]) };
}
