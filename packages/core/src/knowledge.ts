import type { LongTermEntry } from "./entry.ts";
import type { Health } from "./health.ts";
import type { CallOptions, ListRequest, Page } from "./keyed-store.ts";
import type { SearchHit } from "./search-hit.ts";
import type { SearchRequest } from "./search-request.ts";

/**
 * Shared knowledge as agents see it: all agents of a tenant read and search it, none changes it. The writing side is
 * `@mem/knowledge`.
 */
export interface Knowledge extends AsyncDisposable {
  readonly name: string;
  get(
    tenantId: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(LongTermEntry | undefined)[]>;
  list(tenantId: string, request: ListRequest, options?: CallOptions): Promise<Page<LongTermEntry>>;
  count(tenantId: string, options?: CallOptions): Promise<number>;
  search(tenantId: string, request: SearchRequest, options?: CallOptions): Promise<SearchHit[]>;
  health(): Promise<Health>;
  close(): Promise<void>;
}
