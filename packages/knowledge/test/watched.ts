/** Whether some work has come to an end, one way or the other, by now. */
export function watched(work: Promise<unknown>): { readonly isDone: boolean } {
  const state = { isDone: false };
  const end = (): void => {
    state.isDone = true;
  };
  work.then(end, end);
  return state;
}
