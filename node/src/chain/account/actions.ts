import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { readMember, readTokenBalance } from "../reads.ts";
import type { Mined, SendOptions, TransactionSender } from "../send/sender.ts";
import {
  allocateCall,
  approveCall,
  cancelUnlockCall,
  depositCall,
  depositIntent,
  faucetCall,
  finalizeUnlockCall,
  type Registration,
  registerAndStakeCall,
  releaseCall,
  requestUnlockCall,
  shownTokens,
  stakeCall,
  stakeIntent,
  unbondCall,
  withdrawEarningsCall,
  withdrawStakeCall,
} from "./calls.ts";
import { signPermit } from "./permit.ts";
import { roleTaken } from "./role-taken.ts";

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

const send = async (chain: Chain, call: Promise<ContractCall>, options: SendOptions = {}): Promise<Mined> =>
  senderOf(chain).send(await call, options);

/* CLIENT */

/**
 * Moves payment tokens of the wallet into the free deposit: with a permit in one transaction, or after an approval of
 * exactly this amount where the token knows no permits.
 * @throws LloomError INSUFFICIENT_FUNDS when the wallet holds less.
 */
export async function deposit(chain: Chain, amount: bigint, options?: SendOptions): Promise<Mined> {
  const sender = senderOf(chain);
  const { account } = sender;
  const call = await depositCall(chain, amount);
  // What is under way may have taken the tokens already.
  if (!sender.isUnderWay(depositIntent(chain, amount))) await requireTokens(chain, amount);
  if ((await chain.contracts.token.allowance(account.address, chain.accounting)) < amount) {
    const permit = await signPermit(chain, { account, spender: chain.accounting, amount });
    if (permit !== undefined) return send(chain, depositCall(chain, amount, permit), options);
    await send(chain, approveCall(chain, chain.accounting, amount), options);
  }
  return sender.send(call, options);
}

/** Moves free deposit into the channel with an executor. */
export function allocate(chain: Chain, executor: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  return send(chain, allocateCall(chain, executor, amount), options);
}

/** Asks for money of a channel back; `finalizeUnlock` returns what is left of it after the unlock delay. */
export function requestUnlock(chain: Chain, executor: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  return send(chain, requestUnlockCall(chain, executor, amount), options);
}

export function cancelUnlock(chain: Chain, executor: Address, options?: SendOptions): Promise<Mined> {
  return send(chain, cancelUnlockCall(chain, executor), options);
}

export function finalizeUnlock(chain: Chain, executor: Address, options?: SendOptions): Promise<Mined> {
  return send(chain, finalizeUnlockCall(chain, executor), options);
}

/* EXECUTOR */

/** Gives money of a client's channel back at once. */
export function release(chain: Chain, client: Address, amount: bigint, options?: SendOptions): Promise<Mined> {
  return send(chain, releaseCall(chain, client, amount), options);
}

/** Pays all matured earnings out, to the account itself unless another receiver is named. */
export function withdrawEarnings(
  chain: Chain,
  to: Address = senderOf(chain).account.address,
  options?: SendOptions,
): Promise<Mined> {
  return send(chain, withdrawEarningsCall(chain, to), options);
}

/* STAKE */

/**
 * Takes a role with a stake; a member that has the role already adds to its stake. Two transactions: approval and stake.
 * @throws LloomError INSUFFICIENT_FUNDS when the wallet holds less; COMMAND_INVALID with another role.
 */
export async function registerAndStake(chain: Chain, asked: Registration, options?: SendOptions): Promise<Mined> {
  const { role, amount } = asked;
  const sender = senderOf(chain);
  const { address } = sender.account;
  const isUnderWay = sender.isUnderWay(stakeIntent(chain, asked));
  if (!isUnderWay) await requireTokens(chain, amount);
  const member = await readMember(chain, address);
  const taken = roleTaken(member, role);
  if (taken !== undefined) throw taken;
  if (!isUnderWay && (await chain.contracts.token.allowance(address, chain.stakeRegistry)) < amount) {
    await send(chain, approveCall(chain, chain.stakeRegistry, amount), options);
  }
  return send(chain, member.role === role ? stakeCall(chain, asked) : registerAndStakeCall(chain, asked), options);
}

/** Starts to take stake out; `withdrawStake` pays it after the unbonding period. */
export function unbond(chain: Chain, amount: bigint, options?: SendOptions): Promise<Mined> {
  return send(chain, unbondCall(chain, amount), options);
}

/** Pays finished unbonding out, to the account itself unless another receiver is named. */
export function withdrawStake(
  chain: Chain,
  to: Address = senderOf(chain).account.address,
  options?: SendOptions,
): Promise<Mined> {
  return send(chain, withdrawStakeCall(chain, to), options);
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
  return { ...(await send(chain, faucetCall(chain), options)), amount };
}

async function requireTokens(chain: Chain, amount: bigint): Promise<void> {
  const held = await readTokenBalance(chain, senderOf(chain).account.address);
  if (held >= amount) return;
  throw new LloomError(
    "INSUFFICIENT_FUNDS",
    `The wallet holds ${shownTokens(chain, held)}; ${shownTokens(chain, amount)} are needed.`,
    { next: "Get payment tokens first; on a test network: lloom faucet." },
  );
}
