import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { collectorAbi } from "@lloom/protocol/generated/abi";
import { Interface } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { measuredDeposits } from "../contracts.ts";
import { readView } from "../reads.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import { shownTokens } from "./calls.ts";
import type { Permit } from "./permit.ts";

export const collectorInterface = new Interface(collectorAbi);

/** Tokens of the account that sends it, for somebody's stake or credit. */
export interface Payment {
  readonly beneficiary: Address;
  readonly amount: bigint;
}

/** Whether a contract is a Collector of this deployment, by what it says of itself. */
export async function isCollectorOf(chain: Chain, collector: Address): Promise<boolean> {
  return (await addressAt(chain, collector, "accounting")) === chain.accounting;
}

/** MeasuredDeposits, where a Collector puts credit for bonds. Throws CHAIN_MISMATCH for what is no Collector. */
export async function creditContractOf(chain: Chain, collector: Address): Promise<Address> {
  const deposits = await addressAt(chain, collector, "deposits");
  if (deposits !== undefined) return deposits;
  throw new LloomError("CHAIN_MISMATCH", `The contract at ${collector} takes no credit.`);
}

async function addressAt(chain: Chain, to: Address, name: "accounting" | "deposits"): Promise<Address | undefined> {
  const data = collectorInterface.encodeFunctionData(name) as Hex;
  const answer = await readView(chain, "the Collector", { to, data });
  return answer?.length === 66 ? (`0x${answer.slice(26)}`.toLowerCase() as Address) : undefined;
}

/** Adds to a member's stake in one transaction, by a permit for the Collector. */
export const stakeWithPermitCall = (chain: Chain, collector: Address, payment: Payment, permit: Permit): ContractCall =>
  permittedCall(collector, `stake ${shownTokens(chain, payment.amount)}`, "stakeWithPermit", payment, permit);

/** Adds credit for bonds in one transaction, by a permit for the Collector. */
export const creditWithPermitCall = (
  chain: Chain,
  collector: Address,
  payment: Payment,
  permit: Permit,
): ContractCall =>
  permittedCall(collector, `credit ${shownTokens(chain, payment.amount)}`, "creditWithPermit", payment, permit);

function permittedCall(
  to: Address,
  what: string,
  name: "stakeWithPermit" | "creditWithPermit",
  { beneficiary, amount }: Payment,
  { deadline, v, r, s }: Permit,
): ContractCall {
  const data = collectorInterface.encodeFunctionData(name, [beneficiary, amount, deadline, v, r, s]) as Hex;
  return { what, to, data, gasLimit: GAS_BOUNDS.relay };
}

/** Adds credit for bonds by an allowance to MeasuredDeposits. */
export const creditCall = (chain: Chain, deposits: Address, { beneficiary, amount }: Payment): ContractCall => ({
  what: `credit ${shownTokens(chain, amount)}`,
  to: deposits,
  data: measuredDeposits.encode("creditFor", [beneficiary, amount]),
  gasLimit: GAS_BOUNDS.relay,
});
