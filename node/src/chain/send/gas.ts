/**
 * Gas limits. On local chains they are fixed: an estimate there takes ten times as long as the call itself, and what is
 * not used is not paid. On other chains an estimate with a margin is used instead, because there the bound may be wrong:
 * another token's transfer may cost more, and a rollup may count data posting as gas. Measured with the test token on
 * Hardhat, from empty storage, then doubled; `gas.test.ts` holds the margin.
 */
export const GAS_BOUNDS = {
  approve: 100_000n,
  authorizedTransfer: 200_000n,
  deposit: 200_000n,
  withdraw: 150_000n,
  allocate: 150_000n,
  unlock: 120_000n,
  registerAndStake: 500_000n,
  stake: 200_000n,
  unbond: 150_000n,
  withdrawStake: 150_000n,
  withdrawEarnings: 200_000n,
  unjail: 150_000n,
  withdrawRewards: 200_000n,
  relay: 300_000n,
  signer: 150_000n,
  openDispute: 700_000n,
  /** Rebuts, concedes, cancels, or ends one by its deadline. */
  endDispute: 600_000n,
  commitReport: 120_000n,
  proveEquivocation: 600_000n,
  enlist: 200_000n,
  answerMeasured: 400_000n,
  appeal: 600_000n,
  /** Eleven jurors, each frozen for. */
  draw: 4_000_000n,
  commitVote: 150_000n,
  revealVote: 150_000n,
  /** Up to an end with sixteen jurors and 64 answers. */
  moveMeasured: 10_000_000n,
  faucet: 200_000n,
  registerChain: 250_000n,
  fixSeed: 300_000n,
} as const;

/** Opening a measured dispute: for the call itself, and for each answer. */
const OPEN_BASE = 1_200_000n;
const OPEN_ANSWER = 250_000n;

/** Limit for opening a measured dispute about so many answers. */
export function openMeasuredGas(answers: number): bigint {
  const bound = OPEN_BASE + OPEN_ANSWER * BigInt(answers);
  return bound < GAS_CAP ? bound : GAS_CAP;
}

/** Settlement: for the call itself, and for each pair with every slot still empty. */
const SETTLE_BASE = 100_000n;
const SETTLE_PAIR = 250_000n;

/** A reveal, and each byte of it: 40 for calldata (EIP-7623), the rest for its hashes and its event. */
const REVEAL_BASE = 500_000n;
const REVEAL_BYTE = 80n;

/** Limit for a reveal of so many bytes. */
export const revealGas = (bytes: number): bigint => REVEAL_BASE + REVEAL_BYTE * BigInt(bytes);

/** A report: for the call itself, for each row, and for each epoch that was skipped. */
const REPORT_BASE = 120_000n;
const REPORT_ROW = 40_000n;
const REPORT_STEP = 1_000n;

/** Limit for a report of so many rows after so many epochs without one. */
export const reportGas = (rows: number, skipped: bigint): bigint =>
  REPORT_BASE + REPORT_ROW * BigInt(rows) + REPORT_STEP * skipped;

/** EIP-7825: no transaction may ask for more. */
export const GAS_CAP = 16_777_216n;

/** Limit for a settlement of so many pairs. */
export function settleGas(pairs: number): bigint {
  const bound = SETTLE_BASE + SETTLE_PAIR * BigInt(pairs);
  return bound < GAS_CAP ? bound : GAS_CAP;
}

/** An estimate plus a quarter, for what changes until the transaction is mined. */
export function withMargin(estimate: bigint): bigint {
  const padded = (estimate * 5n) / 4n;
  return padded < GAS_CAP ? padded : GAS_CAP;
}
