/** Imports a peer as this folder has it: its packages are installed here, and not in the workspace. */
export async function loadPeer<T>(specifier: string): Promise<T> {
  return (await import(specifier)) as T;
}
