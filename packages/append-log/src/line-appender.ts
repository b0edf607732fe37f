import { GroupCommit } from "./group-commit.ts";
import { LineFile, type LineFileOptions } from "./line-file.ts";
import { requireOneLine, type Line } from "./line-write.ts";

export interface LineAppenderOptions extends Omit<LineFileOptions, "rotation"> {
  /** Maximum size of the lines that wait to be written, in bytes. Default 64 MiB. */
  maxQueuedBytes?: number;
}

/** Appends lines to one file; all waiting calls share one write and one fdatasync. */
export interface LineAppender extends AsyncDisposable {
  /**
   * Appends one line. When it is stored with the declared durability, resolves with the byte offset
   * at which it begins. Lines never mix, whoever else writes to the file.
   */
  append(line: Line): Promise<number>;
  /** Waits until every line given so far is stored or has failed. */
  flush(): Promise<void>;
  /** Stores what was given and closes the file; later calls reject with `LOG_CLOSED`. */
  close(): Promise<void>;
}

/** Makes an appender without touching the disk; the first append opens the file. */
export function createLineAppender(options: LineAppenderOptions): LineAppender {
  const file = new LineFile(options);
  const commits = new GroupCommit<Line, number>({
    maxQueuedBytes: options.maxQueuedBytes,
    commit: async (batch) => {
      const { offsets, failure } = await file.append(batch.map(({ item }) => item));
      for (const [index, waiting] of batch.entries()) {
        const offset = offsets[index];
        if (offset === undefined) waiting.reject(failure);
        else waiting.resolve(offset);
      }
    },
  });
  async function close(): Promise<void> {
    await commits.close();
    await file.close();
  }
  return {
    async append(line) {
      requireOneLine(line);
      return commits.add(line, Buffer.byteLength(line) + 1);
    },
    flush: () => commits.flush(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
