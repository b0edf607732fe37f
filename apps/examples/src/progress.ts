/** A running count on a terminal; silence elsewhere, so that logs stay readable. */
export interface Progress {
  show(count: number): void;
  done(): void;
}

export function createProgress(out: NodeJS.WriteStream, unit: string): Progress {
  let shownAt = 0;
  let last = 0;
  const draw = (): void => void out.write(`\r\x1b[K${last} ${unit}`);
  return {
    show(count) {
      last = count;
      if (!out.isTTY || performance.now() - shownAt < 100) return;
      shownAt = performance.now();
      draw();
    },
    done() {
      if (!out.isTTY) return;
      draw();
      out.write("\n");
    },
  };
}
