/** Imports a peer from this folder: peers are installed here, not in the workspace. */
export async function loadPeer<T>(specifier: string): Promise<T> {
  return (await import(specifier)) as T;
}
