// Made by scripts/generate.ts from the compiled contracts. Do not edit.
//
// An enum's name stands at the index that is its number on chain. Times are in seconds.

/** Enums and constants of AccountingV2. */
export const accountingV2Facts = {
  Rejection: [
    "None",
    "ClientSignature",
    "ExecutorSignature",
    "RequestHash",
    "Nonce",
    "InboundTokens",
    "OutboundTokens",
    "FinishReason",
    "CostArithmetic",
    "CostCap",
    "AcknowledgedCost",
    "Expired",
    "NothingToPay",
    "Disputed",
  ],
  FINISH_FAILED: 0n,
  FINISH_LAST: 3n,
  MAX_PAIRS: 64n,
  MAX_UNLOCK_DELAY: 2_592_000n,
  MIN_UNLOCK_DELAY: 3_600n,
  SETTLE_WINDOW: 86_400n,
} as const;

/** Enums and constants of Audits. */
export const auditsFacts = {
  LOOKAHEAD: 2n,
  MAX_CHAIN_LENGTH: 8_192n,
  MAX_EPOCH_LENGTH: 86_400n,
  MAX_ODDS: 65_536n,
  MAX_ROWS: 256n,
  MIN_EPOCH_LENGTH: 60n,
  OUTCOME_LAST: 4n,
  OUTCOME_PASSED: 1n,
  OUTCOME_UNANSWERED: 3n,
} as const;

/** Enums and constants of Collector. */
export const collectorFacts = {
  Purpose: ["Deposit", "Stake", "Credit"],
} as const;

/** Enums and constants of DeliveryDisputes. */
export const deliveryDisputesFacts = {
  State: ["None", "Open", "Delivered", "Rejected", "Conceded", "Cancelled", "Defaulted"],
  BOND_FACTOR: 2n,
  BYTES_PER_TOKEN: 8n,
  CHALLENGE_WINDOW: 259_200n,
  CHUNKS_PER_REVEAL: 8n,
  CONCESSION_HALVES: 1n,
  CREDIT_GAS: 1_800n,
  DEFAULT_HALVES: 2n,
  END_GAS: 12_000n,
  FLOOR_DIVISOR: 100n,
  MAX_CHUNKS: 256n,
  MAX_FLAT_BOND: 1_000_000_000_000_000_000n,
  NEW_SLOT: 20_000n,
  OLD_SLOT: 2_900n,
  PENALTY_COSTS: 5n,
  REPORTER_SHARE: 1_000n,
  REVEAL_GAS: 200_000n,
  REVEAL_GAS_PER_BYTE: 50n,
  REVEAL_WINDOW: 43_200n,
  STRIKE_WINDOW: 2_592_000n,
  VICTIM_SHARE: 4_000n,
} as const;

/** Enums and constants of EquivocationDisputes. */
export const equivocationDisputesFacts = {
  EVIDENCE_WINDOW: 604_800n,
  JAIL_COVERS: 2_419_200n,
  OFFER_DIVISOR: 10n,
  PRIORITY_WINDOW: 86_400n,
  REPORTER_SHARE: 3_000n,
  STAKE_DIVISOR: 2n,
  VICTIM_COSTS: 2n,
  VICTIM_SHARE: 3_000n,
} as const;

/** Enums and constants of Jury. */
export const juryFacts = {
  Choice: ["None", "Mismatch", "Match", "Insufficient"],
  Phase: ["None", "Drawing", "Commit", "Reveal", "Ended", "Failed"],
  Verdict: ["None", "Mismatch", "Match"],
  COMMIT_PERIOD: 86_400n,
  DRAW_DELAY: 64n,
  ELIGIBLE_AFTER: 604_800n,
  INCOHERENT_FINE: 500n,
  MAX_DUTIES: 8n,
  MAX_PANEL: 11n,
  MAX_TRIES: 96n,
  NO_COMMIT_FINE: 200n,
  NO_REVEAL_FINE: 500n,
  PARTY: 255n,
  REVEAL_PERIOD: 43_200n,
  WHOLE: 10_000n,
} as const;

/** Enums and constants of MeasuredDeposits. */
export const measuredDepositsFacts = {
  APPEAL_BONDS: 2n,
  BOND_FEES: 16n,
  FEE_DIVISOR: 250n,
} as const;

/** Enums and constants of MeasuredDisputes. */
export const measuredDisputesFacts = {
  Kind: ["WrongModel", "TokenInflation"],
  Outcome: ["None", "Upheld", "Rejected", "Conceded", "Void"],
  State: ["None", "Answer", "Draw", "Voting", "Appealable", "Arbitration", "Closed"],
  ANSWER_PERIOD: 43_200n,
  APPEAL_PERIOD: 86_400n,
  ARBITRATION_PERIOD: 1_209_600n,
  FIRST_PANEL: 5n,
  LAST_ROUND: 2n,
  RULING_MATCH: 2n,
  RULING_MISMATCH: 1n,
  SECOND_PANEL: 11n,
} as const;

/** Enums and constants of MeasuredEvidence. */
export const measuredEvidenceFacts = {
  EVIDENCE_WINDOW: 604_800n,
  MAX_ANSWERS: 64n,
} as const;

/** Enums and constants of MeasuredPenalties. */
export const measuredPenaltiesFacts = {
  CONCESSION_DIVISOR: 4n,
  MAX_JURY_SHARE: 2_000n,
  MIN_SHARE: 500n,
  MOST_FEES: 16n,
  OVERCHARGE_FACTOR: 100n,
  PROOF: 2n,
  REPORTER_SHARE: 3_000n,
  STRIKE_WINDOW: 7_776_000n,
  WHOLE: 10_000n,
} as const;

/** Enums and constants of StakeRegistry. */
export const stakeRegistryFacts = {
  Offence: ["Equivocation", "OfferEquivocation", "Undelivered", "WrongModel", "TokenInflation", "JurorFault"],
  Power: ["None", "Stake", "StakeAndTails"],
  Role: ["None", "Executor", "Validator"],
  JAIL_HALVES: 6n,
  JAIL_PERIOD: 2_592_000n,
  MAX_METADATA_LENGTH: 256n,
  MAX_PEER_ID_LENGTH: 64n,
  MAX_SHARES: 6_000n,
  MAX_UNBONDING_PERIOD: 5_184_000n,
  MIN_UNBONDING_PERIOD: 3_600n,
  RAMP: 604_800n,
  RAMP_DIVISOR: 10n,
} as const;

/** Enums and constants of TestToken. */
export const testTokenFacts = {
  FAUCET_AMOUNT: 1_000_000_000n,
  FAUCET_INTERVAL: 3_600n,
} as const;

/** Enums and constants of Costs. */
export const costsFacts = {
  TOKENS_PER_PRICE: 1_000_000n,
} as const;

/** Enums and constants of DeliveryTree. */
export const deliveryTreeFacts = {
  CHUNK_BYTES: 4_096n,
} as const;
