import { createServiceEmbedder, type Embedder, type ServiceEmbedderOptions } from "../src/index.ts";

export const SECRET = "sk-secret-0123456789";

export class ServiceError extends Error {
  readonly status: number;
  readonly headers: Headers;

  constructor(status: number, headers: Record<string, string> = {}) {
    super(`refused ${SECRET}`, { cause: Object.assign(new Error(SECRET), { code: SECRET }) });
    this.name = "ServiceError";
    this.status = status;
    this.headers = new Headers(headers);
  }
}

/** What the service does with one of its first requests; it answers all later ones. */
export type Attempt = (texts: readonly string[]) => unknown;

export function serviceThat(
  attempts: readonly Attempt[],
  options: Partial<ServiceEmbedderOptions> = {},
): { embedder: Embedder; startedAt: readonly number[] } {
  const startedAt: number[] = [];
  const embedder = createServiceEmbedder({
    model: "m",
    dimensions: 2,
    explain: (error) => (error instanceof ServiceError ? error : {}),
    ...options,
    async send({ texts }) {
      startedAt.push(performance.now());
      const attempt = attempts[startedAt.length - 1];
      return attempt === undefined ? texts.map(() => [1, 2]) : attempt(texts);
    },
  });
  return { embedder, startedAt };
}

export const answer =
  (status: number, headers?: Record<string, string>): Attempt =>
  () => {
    throw new ServiceError(status, headers);
  };
