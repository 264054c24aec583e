import type { AuditFinding } from "@lloom/protocol/audit-reports";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { bytesToHex, hexToBytes } from "@lloom/protocol/hex";
import { keccak256 } from "@lloom/protocol/keccak";
import { merkleRoot } from "@lloom/protocol/merkle";
import { reportedNats } from "@lloom/protocol/verification/sequential-test";
import type { KeptAudit } from "./canary-answer.ts";

/** Of an executor: what hides the evidence of its row. */
type SaltOf = (executor: Address) => Hex;

/** What an epoch's canaries found out about each executor that was asked. */
export function findingsOf(canaries: readonly KeptAudit[], saltOf: SaltOf): AuditFinding[] {
  const executors = [...new Set(canaries.map(({ executor }) => executor))];
  return executors
    .map((executor) =>
      findingOf(
        executor,
        canaries.filter((one) => one.executor === executor),
        saltOf,
      ),
    )
    .filter((finding) => finding !== undefined);
}

/** `undefined` for who was never asked: what this node planned and did not do is nobody's fault. */
function findingOf(executor: Address, canaries: readonly KeptAudit[], saltOf: SaltOf): AuditFinding | undefined {
  const judged = canaries.filter(({ state }) => state === "judged");
  // It answered, and says nothing before its visitor has come back.
  if (judged.length === 0 && canaries.some(({ state, question }) => state === "answered" && question.waits))
    return undefined;
  const unanswered = canaries.filter(({ state }) => state === "unanswered").length;
  const [one] = [...judged, ...canaries];
  if (one === undefined || judged.length + unanswered === 0) return undefined;
  const failures = (what: string): number => judged.filter(({ finding }) => finding?.failure === what).length;
  const measured = judged.flatMap(({ finding }) => (finding?.factor === undefined ? [] : [{ factor: finding.factor }]));
  const counts = {
    structureFailures: failures("structure"),
    countFailures: failures("counts"),
    traceFailures: failures("trace"),
    // Nobody is held against other executors: ARCHITECTURE.md says why.
    crossFailures: 0,
  };
  const hasFailed = Object.values(counts).some((count) => count > 0);
  return {
    ...{
      executor,
      model: bytesToHex(keccak256(new TextEncoder().encode(one.model))),
      weightsHash: one.weightsHash,
      evidence: evidenceRoot(judged, saltOf(executor)),
    },
    outcome:
      judged.length === 0 ? "unanswered" : hasFailed ? "failed" : measured.length > 0 ? "passed" : "inconclusive",
    ...{ canaries: judged.length + unanswered, unanswered, ...counts },
    logLikelihood: reportedNats(measured),
  };
}

/** Merkle root over a salt and the digests of the signed responses; zero where none can be shown. */
function evidenceRoot(judged: readonly KeptAudit[], salt: Hex): Hex {
  const digests = judged.flatMap(({ responseHash }) =>
    responseHash === undefined || responseHash === ZERO_HASH ? [] : [hexToBytes(responseHash)],
  );
  return digests.length === 0 ? ZERO_HASH : merkleRoot([hexToBytes(salt), ...digests]);
}
