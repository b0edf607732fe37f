const tasks = new Set<() => void>();
let isWatching = false;

/**
 * Undoes something when it is disposed of, or at the latest when this process ends, even by Ctrl-C. `undo` has to be
 * synchronous.
 */
export function undoAtTheLatest(undo: () => void): Disposable {
  if (!isWatching) {
    isWatching = true;
    process.on("exit", undoAll);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => process.exit(130));
    }
  }
  tasks.add(undo);
  return {
    [Symbol.dispose]: () => {
      if (tasks.delete(undo)) undo();
    },
  };
}

function undoAll(): void {
  // In reverse order: processes before their mounts, mounts before their folders.
  for (const undo of [...tasks].toReversed()) {
    try {
      undo();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
    }
  }
  tasks.clear();
}
