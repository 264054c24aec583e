/*
 * What has to be trusted and what has not: for each thing the contract that enforces it, if one does, and where it is written at
 * length. Paths are those of the source; the tests look whether they are there.
 */

export const CONTRACTS = {
  AccountingV2: "contracts/escrow/AccountingV2.sol",
  StakeRegistry: "contracts/stake/StakeRegistry.sol",
  EquivocationDisputes: "contracts/disputes/equivocation/EquivocationDisputes.sol",
  DeliveryDisputes: "contracts/disputes/delivery/DeliveryDisputes.sol",
  MeasuredDisputes: "contracts/disputes/measured/MeasuredDisputes.sol",
  Jury: "contracts/jury/Jury.sol",
  Audits: "contracts/audits/Audits.sol",
} as const;

export type ContractName = keyof typeof CONTRACTS;

/** One thing that a user relies on. */
export interface Claim {
  readonly what: string;
  /** By what, or whom. */
  readonly says: string;
  /** What keeps the damage small. */
  readonly limit?: string;
  readonly contracts: readonly ContractName[];
  /** Page of the documentation. */
  readonly docs: string;
}

export const ENFORCED: readonly Claim[] = [
  {
    what: "Amounts, caps, order, no replay",
    says: "An answer is paid only as both signatures say: its prices, its limits, its place in the lane, once.",
    contracts: ["AccountingV2"],
    docs: "docs/contracts.md",
  },
  {
    what: "Getting paid after answering",
    says: "Both signatures fix the amount, and anybody may settle within the deadline and 24 hours.",
    limit: "A client that takes its money back waits a day, in which it stays claimable.",
    contracts: ["AccountingV2"],
    docs: "docs/contracts.md",
  },
  {
    what: "One answer to a request, one offer to an id",
    says: "Two signatures prove the opposite for seven days, without a jury.",
    limit: "Half the stake and jail; for offers a tenth of the minimum.",
    contracts: ["EquivocationDisputes", "StakeRegistry"],
    docs: "docs/contracts.md",
  },
  {
    what: "An answer that was paid for and never came",
    says: "The client disputes within three days, and the executor shows the answer on chain or gives the money back.",
    limit: "The last answer's pay matures only after 24 to 48 hours, and only as far as stake covers it.",
    contracts: ["DeliveryDisputes", "AccountingV2"],
    docs: "docs/contracts-delivery.md",
  },
  {
    what: "Who audits whom",
    says: "Assignments follow from seeds of the chain and preimages that were fixed before: nobody chooses.",
    contracts: ["Audits"],
    docs: "docs/contracts-audits.md",
  },
  {
    what: "Reputation",
    says: "It is computed from events alone, by everybody with the same bits; no contract and no index has a say.",
    contracts: ["Audits", "StakeRegistry", "AccountingV2"],
    docs: "docs/reputation.md",
  },
];

export const TRUSTED: readonly Claim[] = [
  {
    what: "The chain",
    says: "That it does not censor for a day.",
    contracts: [],
    docs: "docs/trust.md",
  },
  {
    what: "The executor, for one answer per lane",
    says: "Whoever pays may wait in vain for one answer before it stops paying.",
    limit: "The tail of a lane is one answer, and a dispute brings it back.",
    contracts: ["AccountingV2", "DeliveryDisputes"],
    docs: "docs/trust.md",
  },
  {
    what: "Three quarters of a jury's candidates, then an arbitrator",
    says: "Which model answered, and whether counts were inflated, is decided by validators that are drawn.",
    limit: "Price, the choice of executors, and the cap of each request.",
    contracts: ["MeasuredDisputes", "Jury"],
    docs: "docs/contracts-measured.md",
  },
  {
    what: "Whoever holds a session key",
    says: "What it signs counts as signed by its principal.",
    limit: "A revoked key counts for deadlines up to its end alone.",
    contracts: ["AccountingV2"],
    docs: "docs/contracts.md",
  },
  {
    what: "Whoever runs this explorer and its index",
    says: "These pages could show anything; receipts, standings and the chain itself can be checked without them.",
    limit: "Receipts are checked in your browser; lloom reputation verify replays the events.",
    contracts: [],
    docs: "docs/reputation.md",
  },
];

export const NOT_COVERED: readonly Claim[] = [
  {
    what: "Quality of an answer",
    says: "A receipt says what was asked, answered and paid, and not that the answer is good.",
    contracts: [],
    docs: "docs/trust.md",
  },
  {
    what: "Secrecy of the prompt",
    says: "The executor reads what it is asked; nothing here keeps it from that.",
    contracts: [],
    docs: "docs/trust.md",
  },
  {
    what: "Latency",
    says: "Nobody is punished for being slow; clients choose by what they measured themselves.",
    contracts: [],
    docs: "docs/gateway.md",
  },
];
