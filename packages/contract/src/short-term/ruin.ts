/** Changes everything that can be reached from a result. */
export function ruin(result: unknown): void {
  if (typeof result !== "object" || result === null) return;
  for (const inner of Object.values(result)) ruin(inner);
  if (Array.isArray(result)) result.push("ruined");
  else (result as Record<string, unknown>)["ruined"] = true;
}
