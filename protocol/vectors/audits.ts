import { epochSeed, isAssigned } from "../src/audit-assignments.ts";
import { type AuditChain, chainTip, preimageAt } from "../src/audit-chains.ts";
import { AUDIT_OUTCOMES, type AuditFinding, auditRow } from "../src/audit-reports.ts";
import type { Address, Hex } from "../src/commitment-types.ts";
import { LloomError } from "../src/lloom-error.ts";
import { PARTIES, repeated } from "./parties.ts";

const AUDITS: Address = "0x3300000000000000000000000000000000000033";
const FIRST_EPOCH = 480_002n;

/** Validator, secret, length. */
const CHAINS: readonly (readonly [Address, Hex, number])[] = [
  [PARTIES.client.address, repeated(0x5e), 1],
  [PARTIES.client.address, repeated(0x5e), 2],
  [PARTIES.client.address, repeated(0x5e), 100],
  [PARTIES.stranger.address, repeated(0x5e), 100],
  [PARTIES.stranger.address, repeated(0x00), 24],
  ["0x0000000000000000000000000000000000000001", repeated(0xff), 256],
];

function chainVector([validator, secret, length]: (typeof CHAINS)[number]) {
  const chain: AuditChain = {
    validator,
    secret,
    firstEpoch: FIRST_EPOCH,
    lastEpoch: FIRST_EPOCH + BigInt(length) - 1n,
  };
  const first = preimageAt(chain, chain.firstEpoch);
  return { validator, secret, length: BigInt(length), tip: chainTip(validator, secret, length), firstPreimage: first };
}

/** Chain id, epoch, prevRandao. */
const SEEDS: readonly (readonly [bigint, bigint, Hex])[] = [
  [31337n, FIRST_EPOCH, repeated(0x7a)],
  [31337n, FIRST_EPOCH + 1n, repeated(0x7a)],
  [8453n, FIRST_EPOCH, repeated(0x7a)],
  [1n, 0n, repeated(0x00)],
  [2n ** 256n - 1n, 2n ** 256n - 1n, repeated(0xff)],
];

const EXECUTORS: readonly Address[] = [
  PARTIES.executor.address,
  PARTIES.stranger.address,
  "0x0000000000000000000000000000000000000001",
  "0xffffffffffffffffffffffffffffffffffffffff",
];
const ODDS = [1n, 2n, 3n, 16n, 65_536n];

const assignmentVectors = () =>
  EXECUTORS.flatMap((executor) =>
    ODDS.map((odds) => {
      const draw = { seed: repeated(0x5d), preimage: repeated(0x9e), executor, odds };
      return { ...draw, assigned: isAssigned(draw) };
    }),
  );

const PASSED: AuditFinding = {
  executor: PARTIES.executor.address,
  model: repeated(0x0d),
  weightsHash: repeated(0x3e),
  evidence: repeated(0xe1),
  outcome: "passed",
  canaries: 7,
  unanswered: 1,
  structureFailures: 0,
  countFailures: 0,
  traceFailures: 0,
  crossFailures: 0,
  logLikelihood: -4.2,
};

const FINDINGS: Readonly<Record<string, AuditFinding>> = {
  passed: PASSED,
  "failed at every level": {
    ...PASSED,
    outcome: "failed",
    structureFailures: 6,
    countFailures: 6,
    traceFailures: 6,
    crossFailures: 6,
    logLikelihood: 13.8159,
  },
  unanswered: { ...PASSED, outcome: "unanswered", unanswered: 7, logLikelihood: 0 },
  inconclusive: { ...PASSED, outcome: "inconclusive", logLikelihood: -0.0001 },
  "the most of everything": {
    ...PASSED,
    outcome: "failed",
    canaries: 65_535,
    unanswered: 0,
    structureFailures: 65_535,
    countFailures: 65_535,
    traceFailures: 65_535,
    crossFailures: 65_535,
    logLikelihood: Number.POSITIVE_INFINITY,
  },
  "without a canary": { ...PASSED, canaries: 0, unanswered: 0 },
  "more unanswered than sent": { ...PASSED, unanswered: 8 },
  "unanswered with an answer": { ...PASSED, outcome: "unanswered" },
  "passed without an answer": { ...PASSED, unanswered: 7 },
  "more structure failures than answers": { ...PASSED, structureFailures: 7 },
  "more count failures than answers": { ...PASSED, countFailures: 7 },
  "more trace failures than answers": { ...PASSED, traceFailures: 7 },
  "more cross failures than answers": { ...PASSED, crossFailures: 7 },
};

function rowVector([name, finding]: readonly [string, AuditFinding]) {
  const { outcome, canaries, unanswered, structureFailures, countFailures, traceFailures, crossFailures } = finding;
  const asked = {
    outcome: BigInt(AUDIT_OUTCOMES.indexOf(outcome) + 1),
    canaries: BigInt(canaries),
    unanswered: BigInt(unanswered),
    structureFailures: BigInt(structureFailures),
    countFailures: BigInt(countFailures),
    traceFailures: BigInt(traceFailures),
    crossFailures: BigInt(crossFailures),
  };
  try {
    const { logLikelihood } = auditRow(finding);
    return { name, accepted: true, ...asked, logLikelihood: BigInt(logLikelihood) };
  } catch (error) {
    if (!(error instanceof LloomError)) throw error;
    return { name, accepted: false, ...asked, logLikelihood: 0n };
  }
}

/** audits.json: chains of preimages, seeds of epochs, who is assigned, and which rows of a report are accepted. */
export const auditVectors = () => ({
  chains: CHAINS.map(chainVector),
  seeds: SEEDS.map(([chainId, epoch, prevRandao]) => {
    const source = { chainId, audits: AUDITS, epoch, prevRandao };
    return { ...source, seed: epochSeed(source) };
  }),
  assignments: assignmentVectors(),
  rows: Object.entries(FINDINGS).map(rowVector),
});
