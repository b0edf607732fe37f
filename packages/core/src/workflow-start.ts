import type { Backends } from "./backends.ts";
import { checkFlag, checkOneOf, checkOptionNames, checkSeconds } from "./checks.ts";
import { copyJsonObject } from "./copy-json.ts";
import { MemoryError } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { WorkflowOptions } from "./memory.ts";
import type { WorkflowRef } from "./scope.ts";
import { Workflow } from "./workflow.ts";
import { withSettings } from "./workflow-settings.ts";

const OPTION_NAMES = ["timeout", "metadata", "keepConversation", "join", "signal"];

/** Starts or joins a lifetime. Bad input is refused before anything is asked. */
export async function startWorkflow(
  backends: Backends,
  workflow: WorkflowRef,
  options: WorkflowOptions,
  call: CallOptions,
): Promise<Workflow> {
  checkOptionNames(options, OPTION_NAMES, "options");
  const { timeout, metadata = {}, join = "never", keepConversation } = options;
  const keep =
    keepConversation !== undefined && checkFlag(keepConversation, "options.keepConversation");
  const start = {
    timeoutMs:
      timeout === undefined ? backends.sessionTimeoutMs : checkSeconds(timeout, "options.timeout"),
    metadata: withSettings(copyJsonObject(metadata, "options.metadata", backends.limits), keep),
    join: checkOneOf(join, "options.join", ["never", "if-exists", "must-exist"]),
    opId: crypto.randomUUID(),
  };
  if (keep) requireLongTerm(backends);
  const started = await backends.shortTerm.startWorkflow(workflow, start, call);
  const member = new Workflow(backends, workflow.tenantId, started);
  if (keepConversation !== undefined && keepConversation !== member.keepsConversation) {
    throw disagreement(member.keepsConversation);
  }
  if (member.keepsConversation) requireLongTerm(backends);
  return member;
}

/** A member that can't keep would leave gaps in what is kept. */
function requireLongTerm(backends: Backends): void {
  void backends.longTerm;
}

function disagreement(keeps: boolean): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    `the live session ${keeps ? "keeps" : "does not keep"} its conversation; that is up to who starts it, so join it without options.keepConversation, or start one of another name`,
    { path: "options.keepConversation", retryable: false },
  );
}
