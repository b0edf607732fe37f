import { closeSync, fstatSync, read, type Stats } from "node:fs";
import type { ByteSource } from "@mem/append-log";

/**
 * A file that is open for reading. It is opened and closed synchronously: that takes microseconds, and waking another
 * thread takes many times that. Only reading may have to wait for the disk.
 */
export class ReadFile implements ByteSource, AsyncDisposable {
  readonly fd: number;
  /** Reads in progress; until they end, their descriptor must not be reused for another file. */
  #pending = 0;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  /** Takes over the descriptor, which `close()` closes. */
  constructor(fd: number) {
    this.fd = fd;
  }

  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> {
    if (this.#isClosed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      read(this.fd, buffer, offset, length, position, (error, bytesRead) => {
        this.#pending -= 1;
        if (this.#pending === 0) this.#onIdle?.();
        if (error === null) resolve({ bytesRead });
        else reject(error);
      });
      // Not before: if `read` throws, its callback is never called.
      this.#pending += 1;
    });
  }

  async stat(): Promise<Stats> {
    if (this.#isClosed) throw closedError();
    return fstatSync(this.fd);
  }

  /** Waits for reads in progress, then closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#pending > 0) await new Promise<void>((idle) => (this.#onIdle = idle));
    closeSync(this.fd);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function closedError(): Error {
  return new Error("this file is closed");
}
