import type { Address } from "@lloom/protocol/commitment-types";
import { isError } from "ethers";
import { asLloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { chainFailure, isCertain, isRefusal } from "../chain-failure.ts";
import type { ContractCall } from "../contract-call.ts";
import { feesFrom } from "../send/fees.ts";
import { tokenOf } from "./calls.ts";

/** What a call would take. */
export interface CallCost {
  /** Likely gas. */
  readonly gas: bigint;
  /** The gas is a bound: what it takes cannot be known before an allowance is there. */
  readonly isBound: boolean;
  /** Most that it can cost while fees stay as they are now, with what goes along, wei. */
  readonly mostWei: bigint;
  /** What the account has, wei. */
  readonly hasWei: bigint;
}

export interface Planned {
  readonly call: ContractCall;
  /** Comes before it. */
  readonly approval?: ContractCall | undefined;
  /** Makes the call that brings its allowance along. */
  readonly sealed?: unknown;
}

/**
 * What sending a call would cost now; nothing is signed. A call that the contract would refuse is refused here, with its
 * reason.
 * @throws LloomError as `TransactionSender.send` before it sends.
 */
export async function costOf(chain: Chain, from: Address, { call, approval, sealed }: Planned): Promise<CallCost> {
  const { provider } = chain;
  const isKnown = approval === undefined && sealed === undefined;
  const [gas, fees, hasWei] = await Promise.all([
    isKnown ? estimate(chain, from, call) : bound(chain, from, { call, approval }),
    provider.getFeeData().then(feesFrom),
    provider.getBalance(from),
  ]);
  const mostWei = gas * ("gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas) + (call.value ?? 0n);
  return { gas, isBound: !isKnown, mostWei, hasWei };
}

async function bound(chain: Chain, from: Address, { call, approval }: Planned): Promise<bigint> {
  await refuseCertain(chain, from, call);
  return call.gasLimit + (approval?.gasLimit ?? 0n);
}

/**
 * Without its allowance a call fails at the token. What the contract refuses before that it would refuse after the approval,
 * too, which would be left over: it is thrown here, as `costOf` throws it.
 */
export async function refuseCertain(chain: Chain, from: Address, call: ContractCall): Promise<void> {
  try {
    await estimate(chain, from, call);
  } catch (thrown) {
    const error = asLloomError(thrown);
    if (!isRefusal(error) || isCertain(error)) throw error;
  }
}

async function estimate(
  chain: Chain,
  from: Address,
  { to, data, value = 0n, what, gasLimit }: ContractCall,
): Promise<bigint> {
  try {
    // A local chain without traffic may have mined its latest block long ago: the time of the one to come counts.
    return await chain.provider.estimateGas({ from, to, data, value, blockTag: "pending" });
  } catch (thrown) {
    if (isError(thrown, "INSUFFICIENT_FUNDS")) return gasLimit;
    throw chainFailure(thrown, { what, unit: tokenOf(chain) });
  }
}
