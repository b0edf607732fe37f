import { GroupCommit } from "./group-commit.ts";
import { LineFile, requireOneLine, type Line, type LineFileOptions } from "./line-file.ts";

export interface LineAppenderOptions extends LineFileOptions {
  /** Bound, in bytes, of the lines that wait to be written. Default 64 MiB. */
  maxQueuedBytes?: number;
}

/** Appends lines to one file; all calls that wait travel in one write and one fdatasync. */
export interface LineAppender extends AsyncDisposable {
  /**
   * Appends one line and resolves, when it is stored in the declared durability, with the byte
   * offset at which it begins. A line never mixes with another, whoever writes to the file.
   */
  append(line: Line): Promise<number>;
  /** Waits until every line given so far is stored or has failed. */
  flush(): Promise<void>;
  /** Stores what was given and closes the file; later calls reject with `LOG_CLOSED`. */
  close(): Promise<void>;
}

/** Makes an appender without touching the disk: the file is opened at the first append. */
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
