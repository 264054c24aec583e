import { formatAmount } from "@lloom/protocol/amounts";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { BaseContract, ContractTransaction } from "ethers";
import { LloomError } from "../errors.ts";
import type { Chain } from "./chain.ts";
import { GAS_BOUNDS } from "./gas.ts";
import { signPermit } from "./permit.ts";
import { type MemberRole, readMember, readTokenBalance, roleNumber } from "./reads.ts";
import type { Mined, SendOptions, TransactionSender } from "./sender.ts";

/**
 * What an account does on chain. Every action sends one transaction (two where it says so), waits until it is mined, and
 * throws as `TransactionSender.send` does; without an account CONFIG_INVALID.
 */

/** The sender of a chain that was opened with an account. */
export function senderOf({ sender }: Chain): TransactionSender {
  if (sender !== undefined) return sender;
  throw new LloomError("CONFIG_INVALID", "This chain was opened for reading: no key signs transactions.", {
    next: "Open it with the node's keystore.",
  });
}

interface Action {
  readonly what: string;
  readonly gasLimit: bigint;
  readonly call: Promise<ContractTransaction>;
}

async function act(chain: Chain, { what, gasLimit, call }: Action, options: SendOptions = {}): Promise<Mined> {
  const { to, data } = await call;
  return senderOf(chain).send({ what, to: to as Address, data: data as Hex, gasLimit }, options);
}

const shown = (chain: Chain, amount: bigint): string =>
  `${formatAmount(amount, chain.tokenDecimals)} ${chain.tokenSymbol}`;

/* CLIENT */

/**
 * Moves payment tokens of the wallet into the free deposit: with a permit in one transaction, or after an approval of
 * exactly this amount where the token knows no permits.
 * @throws LloomError INSUFFICIENT_FUNDS when the wallet holds less.
 */
export async function deposit(chain: Chain, amount: bigint, options?: SendOptions): Promise<Mined> {
  const { account } = senderOf(chain);
  const { accounting, token } = chain.contracts;
  await requireTokens(chain, amount);
  const action = { what: `deposit ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.deposit };
  if ((await token.allowance(account.address, chain.accounting)) < amount) {
    const permit = await signPermit(chain, { account, spender: chain.accounting, amount });
    if (permit !== undefined) {
      const { deadline, v, r, s } = permit;
      const call = accounting.depositWithPermit.populateTransaction(amount, deadline, v, r, s);
      return act(chain, { ...action, call }, options);
    }
    await approve(chain, accounting, amount, options);
  }
  return act(chain, { ...action, call: accounting.deposit.populateTransaction(amount) }, options);
}

/** Pays free deposit out, to the account itself unless another receiver is named. */
export function withdrawDeposit(
  chain: Chain,
  { amount, to = senderOf(chain).account.address }: { amount: bigint; to?: Address },
  options?: SendOptions,
): Promise<Mined> {
  const call = chain.contracts.accounting.withdraw.populateTransaction(to, amount);
  return act(chain, { what: `withdraw ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.withdraw, call }, options);
}

/** Moves free deposit into the channel with an executor. */
export function allocate(chain: Chain, executor: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.accounting.allocate.populateTransaction(executor, amount);
  return act(chain, { what: `allocate ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.allocate, call }, options);
}

/** Asks for money of a channel back; `finalizeUnlock` returns what is left of it after the unlock delay. */
export function requestUnlock(chain: Chain, executor: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.accounting.requestUnlock.populateTransaction(executor, amount);
  return act(chain, { what: `unlock ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.unlock, call }, options);
}

export function cancelUnlock(chain: Chain, executor: Address, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.accounting.cancelUnlock.populateTransaction(executor);
  return act(chain, { what: "cancel the unlock", gasLimit: GAS_BOUNDS.unlock, call }, options);
}

export function finalizeUnlock(chain: Chain, executor: Address, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.accounting.finalizeUnlock.populateTransaction(executor);
  return act(chain, { what: "finish the unlock", gasLimit: GAS_BOUNDS.unlock, call }, options);
}

/* EXECUTOR */

/** Gives money of a client's channel back at once. */
export function release(chain: Chain, client: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.accounting.release.populateTransaction(client, amount);
  return act(chain, { what: `release ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.unlock, call }, options);
}

/** Pays all matured earnings out, to the account itself unless another receiver is named. */
export function withdrawEarnings(
  chain: Chain,
  to: Address = senderOf(chain).account.address,
  options?: SendOptions,
): Promise<Mined> {
  const call = chain.contracts.accounting.withdrawEarnings.populateTransaction(to);
  return act(chain, { what: "withdraw earnings", gasLimit: GAS_BOUNDS.withdrawEarnings, call }, options);
}

/* STAKE */

export interface Registration {
  readonly role: MemberRole;
  /** Bytes of the libp2p PeerId. */
  readonly peerId: Uint8Array;
  readonly metadataURI: string;
  /** Base units to stake. */
  readonly amount: bigint;
}

/**
 * Takes a role with a stake; a member that has the role already adds to its stake. Two transactions: approval and stake.
 * @throws LloomError INSUFFICIENT_FUNDS when the wallet holds less.
 */
export async function registerAndStake(chain: Chain, asked: Registration, options?: SendOptions): Promise<Mined> {
  const { role, peerId, metadataURI, amount } = asked;
  const { stakeRegistry } = chain.contracts;
  const { account } = senderOf(chain);
  await requireTokens(chain, amount);
  const member = await readMember(chain, account.address);
  if ((await chain.contracts.token.allowance(account.address, chain.stakeRegistry)) < amount) {
    await approve(chain, stakeRegistry, amount, options);
  }
  const what = `stake ${shown(chain, amount)} as ${role}`;
  if (member.role === role) {
    return act(
      chain,
      { what, gasLimit: GAS_BOUNDS.stake, call: stakeRegistry.stake.populateTransaction(amount) },
      options,
    );
  }
  const call = stakeRegistry.registerAndStake.populateTransaction(roleNumber(role), peerId, metadataURI, amount);
  return act(chain, { what, gasLimit: GAS_BOUNDS.registerAndStake, call }, options);
}

/** Starts to take stake out; `withdrawStake` pays it after the unbonding period. */
export function unbond(chain: Chain, amount: bigint, options?: SendOptions): Promise<Mined> {
  const call = chain.contracts.stakeRegistry.unbond.populateTransaction(amount);
  return act(chain, { what: `unbond ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.unbond, call }, options);
}

/** Pays finished unbonding out, to the account itself unless another receiver is named. */
export function withdrawStake(
  chain: Chain,
  to: Address = senderOf(chain).account.address,
  options?: SendOptions,
): Promise<Mined> {
  const call = chain.contracts.stakeRegistry.withdraw.populateTransaction(to);
  return act(chain, { what: "withdraw the stake", gasLimit: GAS_BOUNDS.withdrawStake, call }, options);
}

/* TEST NETWORKS */

/** Takes test tokens; on networks whose payment token has a faucet. Returns how many, in base units. */
export async function faucet(chain: Chain, options?: SendOptions): Promise<Mined & { readonly amount: bigint }> {
  const { token } = chain.contracts;
  const amount = await token.FAUCET_AMOUNT().catch((cause: unknown) => {
    throw new LloomError("TRANSACTION_FAILED", `${chain.tokenSymbol} has no faucet: it is no test token.`, {
      cause,
      next: "Get the token as on any network: by buying or receiving it.",
    });
  });
  const call = token.faucet.populateTransaction();
  const mined = await act(chain, { what: "use the faucet", gasLimit: GAS_BOUNDS.faucet, call }, options);
  return { ...mined, amount };
}

async function approve(chain: Chain, spender: BaseContract, amount: bigint, options?: SendOptions): Promise<void> {
  const call = chain.contracts.token.approve.populateTransaction(await spender.getAddress(), amount);
  await act(chain, { what: `approve ${shown(chain, amount)}`, gasLimit: GAS_BOUNDS.approve, call }, options);
}

async function requireTokens(chain: Chain, amount: bigint): Promise<void> {
  const held = await readTokenBalance(chain, senderOf(chain).account.address);
  if (held >= amount) return;
  throw new LloomError(
    "INSUFFICIENT_FUNDS",
    `The wallet holds ${shown(chain, held)}; ${shown(chain, amount)} are needed.`,
    { next: "Get payment tokens first; on a test network: lloom faucet." },
  );
}
