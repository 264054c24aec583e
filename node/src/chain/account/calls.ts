import { type PaymentToken, shownAmount } from "@lloom/protocol/amounts";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { ContractTransaction } from "ethers";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { delivery, equivocation, measuredDeposits } from "../contracts.ts";
import { type MemberRole, readAllowance, roleNumber } from "../reads.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import type { Permit } from "./permit.ts";

/**
 * What an account can ask the contracts for, as calls that nobody has signed yet: they can be shown, estimated, and sent. Amounts
 * in base units.
 */

/** What amounts of the chain's deployment are counted in. */
export const tokenOf = ({ tokenSymbol, tokenDecimals, paymentToken }: Chain): PaymentToken => ({
  symbol: tokenSymbol,
  decimals: tokenDecimals,
  address: paymentToken,
});

/** An amount of payment tokens as people read it. */
export const shownTokens = (chain: Chain, amount: bigint): string => shownAmount(amount, tokenOf(chain));

async function callOf(what: string, gasLimit: bigint, populated: Promise<ContractTransaction>): Promise<ContractCall> {
  const { to, data } = await populated;
  return { what, to: to as Address, data: data as Hex, gasLimit };
}

/* ALLOWANCE */

/** Lets one of the contracts take tokens of the wallet. */
export const approveCall = (chain: Chain, spender: Address, amount: bigint): Promise<ContractCall> =>
  callOf(
    `approve ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.approve,
    chain.contracts.token.approve.populateTransaction(spender, amount),
  );

/** What has to come before a contract takes so much of an owner's tokens; `undefined` where it may take them already. */
export async function missingApproval(
  chain: Chain,
  { owner, spender, amount }: { readonly owner: Address; readonly spender: Address; readonly amount: bigint },
): Promise<ContractCall | undefined> {
  if (amount <= 0n || (await readAllowance(chain, owner, spender)) >= amount) return undefined;
  return approveCall(chain, spender, amount);
}

/* CLIENT */

/** A permit makes the data new each time; it is the same deposit. */
export const depositIntent = (chain: Chain, amount: bigint): string => `deposit ${amount} at ${chain.accounting}`;

/** Moves tokens of the wallet into the free deposit, by the allowance that is there or that the permit gives. */
export async function depositCall(chain: Chain, amount: bigint, permit?: Permit): Promise<ContractCall> {
  const { accounting } = chain.contracts;
  const populated =
    permit === undefined
      ? accounting.deposit.populateTransaction(amount)
      : accounting.depositWithPermit.populateTransaction(amount, permit.deadline, permit.v, permit.r, permit.s);
  const call = await callOf(`deposit ${shownTokens(chain, amount)}`, GAS_BOUNDS.deposit, populated);
  return { ...call, intent: depositIntent(chain, amount) };
}

export interface Payout {
  readonly amount: bigint;
  readonly to: Address;
}

/** Pays free deposit out. */
export const withdrawDepositCall = (chain: Chain, { amount, to }: Payout): Promise<ContractCall> =>
  callOf(
    `withdraw ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.withdraw,
    chain.contracts.accounting.withdraw.populateTransaction(to, amount),
  );

/** Moves free deposit into the channel with an executor. */
export const allocateCall = (chain: Chain, executor: Address, amount: bigint): Promise<ContractCall> =>
  callOf(
    `allocate ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.allocate,
    chain.contracts.accounting.allocate.populateTransaction(executor, amount),
  );

/** Asks for money of a channel back; `finalizeUnlockCall` returns what is left of it after the unlock delay. */
export const requestUnlockCall = (chain: Chain, executor: Address, amount: bigint): Promise<ContractCall> =>
  callOf(
    `unlock ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.unlock,
    chain.contracts.accounting.requestUnlock.populateTransaction(executor, amount),
  );

export const cancelUnlockCall = (chain: Chain, executor: Address): Promise<ContractCall> =>
  callOf("cancel the unlock", GAS_BOUNDS.unlock, chain.contracts.accounting.cancelUnlock.populateTransaction(executor));

export const finalizeUnlockCall = (chain: Chain, executor: Address): Promise<ContractCall> =>
  callOf(
    "finish the unlock",
    GAS_BOUNDS.unlock,
    chain.contracts.accounting.finalizeUnlock.populateTransaction(executor),
  );

/** The same for any client, which has asked for it. */
export const finalizeUnlockForCall = (chain: Chain, client: Address, executor: Address): Promise<ContractCall> =>
  callOf(
    "finish the unlock",
    GAS_BOUNDS.unlock,
    chain.contracts.accounting.finalizeUnlockFor.populateTransaction(client, executor),
  );

/* EXECUTOR */

/** Gives money of a client's channel back at once. */
export const releaseCall = (chain: Chain, client: Address, amount: bigint): Promise<ContractCall> =>
  callOf(
    `release ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.unlock,
    chain.contracts.accounting.release.populateTransaction(client, amount),
  );

/** Pays all matured earnings out. */
export const withdrawEarningsCall = (chain: Chain, to: Address): Promise<ContractCall> =>
  callOf(
    "withdraw earnings",
    GAS_BOUNDS.withdrawEarnings,
    chain.contracts.accounting.withdrawEarnings.populateTransaction(to),
  );

/* STAKE */

/** A member of the stake registry to be, or one that adds to its stake. */
export interface Registration {
  readonly role: MemberRole;
  /** Bytes of the libp2p PeerId. */
  readonly peerId: Uint8Array;
  readonly metadataURI: string;
  readonly amount: bigint;
}

/** Whoever registers and whoever adds makes another call of it; it is the same stake. */
export const stakeIntent = (chain: Chain, { amount, role }: Registration): string =>
  `stake ${amount} as ${role} at ${chain.stakeRegistry}`;

/** Adds to the stake of a member. */
export async function stakeCall(chain: Chain, asked: Registration): Promise<ContractCall> {
  const { amount, role } = asked;
  const populated = chain.contracts.stakeRegistry.stake.populateTransaction(amount);
  const call = await callOf(`stake ${shownTokens(chain, amount)} as ${role}`, GAS_BOUNDS.stake, populated);
  return { ...call, intent: stakeIntent(chain, asked) };
}

/** Takes a role, with a stake. */
export async function registerAndStakeCall(chain: Chain, asked: Registration): Promise<ContractCall> {
  const { role, peerId, metadataURI, amount } = asked;
  const { registerAndStake } = chain.contracts.stakeRegistry;
  const populated = registerAndStake.populateTransaction(roleNumber(role), peerId, metadataURI, amount);
  const call = await callOf(`stake ${shownTokens(chain, amount)} as ${role}`, GAS_BOUNDS.registerAndStake, populated);
  return { ...call, intent: stakeIntent(chain, asked) };
}

/** Starts to take stake out; `withdrawStakeCall` pays it after the unbonding period. */
export const unbondCall = (chain: Chain, amount: bigint): Promise<ContractCall> =>
  callOf(
    `unbond ${shownTokens(chain, amount)}`,
    GAS_BOUNDS.unbond,
    chain.contracts.stakeRegistry.unbond.populateTransaction(amount),
  );

/** Makes unbonding stake count again. */
export const cancelUnbondCall = (chain: Chain): Promise<ContractCall> =>
  callOf("cancel the unbonding", GAS_BOUNDS.unbond, chain.contracts.stakeRegistry.cancelUnbond.populateTransaction());

/** Pays finished unbonding out. */
export const withdrawStakeCall = (chain: Chain, to: Address): Promise<ContractCall> =>
  callOf(
    "withdraw the stake",
    GAS_BOUNDS.withdrawStake,
    chain.contracts.stakeRegistry.withdraw.populateTransaction(to),
  );

/** Ends one's own jail, once its time is over. */
export const unjailCall = (chain: Chain): Promise<ContractCall> =>
  callOf("leave jail", GAS_BOUNDS.unjail, chain.contracts.stakeRegistry.unjail.populateTransaction());

/* REWARDS */

/** Pays all shares of slashes out. */
export const withdrawRewardsCall = (chain: Chain, to: Address): Promise<ContractCall> =>
  callOf(
    "withdraw rewards",
    GAS_BOUNDS.withdrawRewards,
    chain.contracts.stakeRegistry.withdrawRewards.populateTransaction(to),
  );

/** Pays everything out that measured disputes credited in their contract of deposits: payment tokens. */
export const withdrawCreditCall = ({ to, disputes }: DisputePayout): ContractCall => ({
  what: "withdraw credits of measured disputes",
  to: disputes,
  data: measuredDeposits.encode("withdrawCredit", [to]),
  gasLimit: GAS_BOUNDS.withdrawRewards,
});

/** Pays everything out that the disputes of this contract credited: ether. */
export const withdrawBondsCall = ({ to, disputes }: DisputePayout): ContractCall => ({
  what: "withdraw bonds of delivery disputes",
  to: disputes,
  data: delivery.encode("withdrawBonds", [to]),
  gasLimit: GAS_BOUNDS.withdrawRewards,
});

/** Has a share credited that waited for a day for somebody with an earlier claim. */
export const payReportCall = ({ disputes, id }: { readonly disputes: Address; readonly id: Hex }): ContractCall => ({
  what: "credit the share of a report",
  to: disputes,
  data: equivocation.encode("payReport", [id]),
  gasLimit: GAS_BOUNDS.withdrawRewards,
});

interface DisputePayout {
  readonly disputes: Address;
  readonly to: Address;
}

/* TEST NETWORKS */

/** Takes test tokens; on networks whose payment token has a faucet. */
export const faucetCall = (chain: Chain): Promise<ContractCall> =>
  callOf("use the faucet", GAS_BOUNDS.faucet, chain.contracts.token.faucet.populateTransaction());
