/** Lets the reader of the output leave early, as `head` does: what is written after that goes nowhere. */
export function allowClosedOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
