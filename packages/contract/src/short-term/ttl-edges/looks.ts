import type { JsonValue, Scope, ShortTermBackend } from "@mem/core";
import { getOne, listedKeys, write } from "../samples.ts";

/** Whether the entry `it` of a scope exists, according to one method; `version` is the one it was saved with. */
export type IsThere = (
  backend: ShortTermBackend,
  scope: Scope,
  version: string | undefined,
) => Promise<boolean>;

export const isThere: IsThere = async (backend, scope) =>
  (await getOne(backend, scope, "it")) !== undefined;

export const isLogThere: IsThere = async (backend, scope) =>
  (await backend.read(scope, "it", { limit: 1 })).length > 0;

/** Every method that could show an entry or act on it. The entry was saved as the number 1 with the `opId` `op-0`. */
export const LOOKS: readonly { readonly method: string; readonly isThere: IsThere }[] = [
  { method: "get", isThere },
  {
    method: "list",
    isThere: async (backend, scope) => (await listedKeys(backend, scope)).length === 1,
  },
  { method: "count", isThere: async (backend, scope) => (await backend.count(scope)) === 1 },
  {
    method: "stats",
    isThere: async (backend, { tenantId }) => (await backend.stats(tenantId)).entries === 1,
  },
  { method: "clear", isThere: async (backend, scope) => (await backend.clear(scope)) === 1 },
  {
    method: "delete",
    isThere: async (backend, scope) => (await backend.delete(scope, [{ key: "it" }]))[0] === true,
  },
  {
    method: "delete with ifVersion",
    isThere: async (backend, scope, version) =>
      (await backend.delete(scope, [{ key: "it", ifVersion: version! }]))[0] === true,
  },
  {
    method: "save with ifAbsent",
    isThere: async (backend, scope) =>
      (await backend.save(scope, [write("it", 2, { ifAbsent: true })]))[0]?.stored === false,
  },
  {
    method: "save with ifVersion",
    isThere: async (backend, scope, version) =>
      (await backend.save(scope, [write("it", 2, { ifVersion: version! })]))[0]?.stored === true,
  },
  {
    method: "save that is sent again",
    isThere: async (backend, scope, version) =>
      (await backend.save(scope, [write("it", 1, { opId: "op-0" })]))[0]?.version === version,
  },
  {
    method: 'save with ttl "keep"',
    isThere: async (backend, scope) => {
      await backend.save(scope, [write("it", 2, { ttlMs: "keep" })]);
      return (await getOne(backend, scope, "it"))?.expiresAt !== undefined;
    },
  },
  {
    method: "increment",
    isThere: async (backend, scope) => (await countOn(backend, scope)) === 2,
  },
];

async function countOn(backend: ShortTermBackend, scope: Scope): Promise<JsonValue> {
  return (await backend.increment(scope, { key: "it", by: 1, ttlMs: null })).value;
}
