import type { PlaceKind } from "./contract-call.ts";

interface BadPlace {
  readonly label: string;
  readonly place: unknown;
}

const BAD_IDS: readonly (readonly [label: string, id: unknown])[] = [
  ["missing", undefined],
  ["null", null],
  ["empty", ""],
  ["a number", 0],
  ["an array", ["acme"]],
  ["an object", { id: "acme" }],
  ["a lone surrogate", "a\uD800"],
];

const NOT_OBJECTS: readonly BadPlace[] = [
  { label: "no scope at all", place: undefined },
  { label: "null instead of a scope", place: null },
  { label: "a string instead of a scope", place: "acme" },
];

/** Every place that a method has to refuse, whatever its other arguments. */
export const BAD_PLACES: Readonly<Record<PlaceKind, readonly BadPlace[]>> = {
  scope: [
    ...NOT_OBJECTS,
    { label: "a tenant alone", place: { tenantId: "acme" } },
    ...withBadId("tenantId", { tenantId: "acme", agentId: "writer" }),
    ...withBadId("agentId", { tenantId: "acme", agentId: "writer" }),
    ...withBadId("workflowId", { tenantId: "acme", workflowId: "launch" }),
  ],
  "search-scope": [
    ...NOT_OBJECTS,
    { label: "a tenant alone", place: { tenantId: "acme" } },
    { label: "no agents", place: { tenantId: "acme", agentIds: [] } },
    { label: "agents that are no list", place: { tenantId: "acme", agentIds: "writer" } },
    ...withBadId("tenantId", { tenantId: "acme", agentIds: ["writer"] }),
    ...withBadId("workflowId", { tenantId: "acme", workflowId: "launch" }),
    ...BAD_IDS.map(([label, id]) => ({
      label: `an agent that is ${label}`,
      place: { tenantId: "acme", agentIds: ["writer", id] },
    })),
  ],
  workflow: [
    ...NOT_OBJECTS,
    ...withBadId("tenantId", { tenantId: "acme", workflowId: "launch" }),
    ...withBadId("workflowId", { tenantId: "acme", workflowId: "launch" }),
  ],
  tenant: BAD_IDS.map(([label, id]) => ({ label: `a tenant that is ${label}`, place: id })),
};

function withBadId(name: string, good: Readonly<Record<string, string | string[]>>): BadPlace[] {
  return BAD_IDS.map(([label, id]) => ({
    label: `${name} that is ${label}`,
    place: { ...good, [name]: id },
  }));
}
