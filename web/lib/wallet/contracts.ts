import type { Address, Hex } from "@lloom/protocol/commitment-types";
import {
  accountingV2Abi,
  deliveryDisputesAbi,
  measuredDepositsAbi,
  measuredDisputesAbi,
  stakeRegistryAbi,
  testTokenAbi,
} from "@lloom/protocol/generated/abi";
import type { DecodedError } from "@lloom/protocol/revert/words";
import { Interface, type Result } from "ethers/abi";
import { askHex, type Provider, quantity } from "./provider.ts";

/** The contracts that a wallet is asked to call, by the names that people read in the code. */
export const CONTRACTS = {
  AccountingV2: new Interface(accountingV2Abi),
  StakeRegistry: new Interface(stakeRegistryAbi),
  DeliveryDisputes: new Interface(deliveryDisputesAbi),
  MeasuredDeposits: new Interface(measuredDepositsAbi),
  MeasuredDisputes: new Interface(measuredDisputesAbi),
  /** ERC-20, with ERC-2612 where the token has it. */
  token: new Interface(testTokenAbi),
} as const;

export type CalledContract = keyof typeof CONTRACTS;

/** Calldata of a function. */
export const encodeCall = (contract: CalledContract, name: string, values: readonly unknown[] = []): Hex =>
  CONTRACTS[contract].encodeFunctionData(name, values) as Hex;

/** A function that only reads, of a contract at an address. */
export interface View {
  readonly contract: CalledContract;
  readonly to: Address;
  readonly name: string;
  readonly values?: readonly unknown[];
}

/** Reads from a contract through the wallet, as of a block or the latest one. Throws what the wallet throws. */
export async function readContract(
  provider: Provider,
  { contract, to, name, values = [] }: View,
  block?: bigint,
): Promise<Result> {
  const call = { to, data: encodeCall(contract, name, values) };
  const answer = await askHex(provider, "eth_call", [call, block === undefined ? "latest" : quantity(block)]);
  return CONTRACTS[contract].decodeFunctionResult(name, answer);
}

/** What is known only where a contract has it: undefined where it refuses or says nothing, as one without the function does. */
export async function readIfThere(provider: Provider, view: View, block?: bigint): Promise<Result | undefined> {
  try {
    return await readContract(provider, view, block);
  } catch {
    return undefined;
  }
}

/** The error of one of the contracts that revert data hold. */
export function parseRevert(data: string): DecodedError | undefined {
  for (const contract of Object.values(CONTRACTS)) {
    try {
      const found = contract.parseError(data);
      if (found === null) continue;
      return { name: found.name, inputs: found.fragment.inputs.map(({ name }) => name), args: found.args };
    } catch {
      // Known selector with other values behind it: not ours.
    }
  }
  return undefined;
}
