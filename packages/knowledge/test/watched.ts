/** Tells whether some work has ended by now, one way or the other. */
export function watched(work: Promise<unknown>): { readonly isDone: boolean } {
  const state = { isDone: false };
  const end = (): void => {
    state.isDone = true;
  };
  work.then(end, end);
  return state;
}
