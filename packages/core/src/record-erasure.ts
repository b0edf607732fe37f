import { invalid } from "./errors.ts";
import type { RecordErasureRequest } from "./record-store.ts";
import { checkId } from "./scope.ts";

/**
 * Returns the request after checking it. For stores that are called directly. Throws `MEM_INVALID_ARGUMENT`, also for
 * an `agentId` that is present but undefined: it would erase every agent's.
 */
export function checkRecordErasureRequest(request: RecordErasureRequest): RecordErasureRequest {
  if (typeof request !== "object" || request === null) throw invalid("request", "is missing");
  checkId(request.tenantId, "request.tenantId");
  if ("agentId" in request) checkId(request.agentId, "request.agentId");
  if ("id" in request) {
    if ("subject" in request) throw invalid("request", "names both a record and a subject");
    checkId(request.id, "request.id");
  } else checkId(request.subject, "request.subject");
  return request;
}
