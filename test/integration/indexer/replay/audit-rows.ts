import { amount, at, grouped, origin, type Past, seconds, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";
import { auditsOf, OUTCOME_NAMES } from "./sums.ts";

const epochOf = (event: Happened): number => seconds(event, "epoch");

export const chainMovementRows = (past: Past): TableRow[] =>
  past.of("ChainRegistered", "ChainDropped").map((event) => {
    const isNew = event.name === "ChainRegistered";
    return {
      ...origin(event),
      validatorAddress: text(event, "validator"),
      kind: isNew ? "REGISTER" : "DROP",
      tip: isNew ? text(event, "tip") : null,
      firstEpoch: isNew ? seconds(event, "firstEpoch") : null,
      lastEpoch: isNew ? seconds(event, "lastEpoch") : null,
      caller: isNew ? null : text(event, "caller"),
    };
  });

export const epochRows = (past: Past): TableRow[] =>
  past.of("SeedFixed").map((event) => {
    const within = (events: readonly Happened[]) => events.filter((one) => epochOf(one) === epochOf(event));
    return {
      ...at(event),
      epoch: epochOf(event),
      startsAt: seconds(event, "epochStart"),
      seed: text(event, "seed"),
      seedBlock: amount(event, "blockNumber"),
      prevRandao: text(event, "prevRandao"),
      reportCount: within(past.of("PreimageRevealed")).length,
      ...auditsOf(within(past.of("ExecutorAudited"))),
    };
  });

export const reportRows = (past: Past): TableRow[] => {
  const rows = new Map(
    grouped(past.of("ExecutorAudited"), "validator", "epoch").map((audits) => {
      const [first] = audits as [Happened];
      return [`${text(first, "validator")} ${epochOf(first)}`, audits];
    }),
  );
  return past.of("PreimageRevealed").map((event) => ({
    ...origin(event),
    validatorAddress: text(event, "validator"),
    epoch: epochOf(event),
    preimage: text(event, "preimage"),
    ...auditsOf(rows.get(`${text(event, "validator")} ${epochOf(event)}`) ?? []),
  }));
};

const COUNTS = [
  "canaries",
  "unanswered",
  "structureFailures",
  "countFailures",
  "traceFailures",
  "crossFailures",
  "logLikelihood",
] as const;

export const auditRows = (past: Past): TableRow[] =>
  past.of("ExecutorAudited").map((event) => ({
    ...origin(event),
    validatorAddress: text(event, "validator"),
    executorAddress: text(event, "executor"),
    epoch: epochOf(event),
    epochStartsAt: seconds(event, "epochStart"),
    modelHash: text(event, "model"),
    weightsHash: text(event, "weightsHash"),
    evidence: text(event, "evidence"),
    outcome: OUTCOME_NAMES[seconds(event, "outcome") - 1] ?? "UNKNOWN",
    ...Object.fromEntries(COUNTS.map((name) => [name, seconds(event, name)])),
  }));
