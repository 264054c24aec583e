import type { AuditFinding, AuditOutcome } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { id } from "ethers";

/** What a validator found with three canaries, none of which came if it had no answer. */
export function findingOf(executor: Address, outcome: AuditOutcome): AuditFinding {
  const failures = outcome === "failed" ? 1 : 0;
  return {
    executor,
    model: id("tiny-llama") as Hex,
    weightsHash: id("weights") as Hex,
    evidence: id(executor) as Hex,
    outcome,
    canaries: 3,
    unanswered: outcome === "unanswered" ? 3 : 0,
    structureFailures: 0,
    countFailures: failures,
    traceFailures: failures,
    crossFailures: 0,
    logLikelihood: -2.5,
  };
}
