import { styleText } from "node:util";

/** Reports on standard error what is being done, and how long it took; on a terminal, also each step. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #title = "";
  #started = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  begin(title: string): void {
    this.#title = title;
    this.#started = performance.now();
    this.#stream.write(`${title} …`);
  }

  step(step: string): void {
    if (!this.#stream.isTTY) return;
    const text = styleText("dim", step, { stream: this.#stream });
    this.#stream.write(`\r\u001B[K${this.#title} … ${text}`);
  }

  end(): void {
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    if (this.#stream.isTTY) this.#stream.write(`\r\u001B[K${this.#title} …`);
    this.line(` ${seconds} s`);
  }

  line(text: string): void {
    this.#stream.write(`${text}\n`);
  }
}
