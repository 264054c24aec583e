import type { Address, Hex } from "@lloom/protocol/commitment-types";
import {
  accountingV2Abi,
  auditsAbi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  juryAbi,
  measuredDepositsAbi,
  measuredDisputesAbi,
  measuredPenaltiesAbi,
  stakeRegistryAbi,
  testTokenAbi,
} from "@lloom/protocol/generated/abi";
import { BaseContract, type ContractRunner, Interface } from "ethers";
// Types alone, made by `hardhat build`; the node runs without them, on the ABIs of protocol.
import type { AccountingV2, StakeRegistry, TestToken } from "../../../types/contracts/index.ts";

/** ABIs parsed once. */
export const accountingInterface = new Interface(accountingV2Abi);
export const stakeRegistryInterface = new Interface(stakeRegistryAbi);
export const tokenInterface = new Interface(testTokenAbi);
/** Dispute contracts, which are found by what the stake registry names; a name that the ABI has lost does not compile. */
export const delivery = encoderOf(deliveryDisputesAbi);
export const equivocation = encoderOf(equivocationDisputesAbi);
export const measured = encoderOf(measuredDisputesAbi);
export const measuredDeposits = encoderOf(measuredDepositsAbi);
export const measuredPenalties = encoderOf(measuredPenaltiesAbi);
export const jury = encoderOf(juryAbi);
/** Where validators report: no judge, so that the registry does not name it. */
export const audits = encoderOf(auditsAbi);

interface AbiEntry {
  readonly type: string;
  readonly name?: string;
}
type NameIn<Abi extends readonly AbiEntry[], Type> = Extract<
  Abi[number],
  { readonly type: Type; readonly name: string }
>["name"];

function encoderOf<const Abi extends readonly AbiEntry[]>(abi: Abi) {
  const parsed = new Interface(abi);
  return {
    parsed,
    encode: (name: NameIn<Abi, "function">, values: readonly unknown[] = []): Hex =>
      parsed.encodeFunctionData(name, values) as Hex,
    topicOf: (name: NameIn<Abi, "event">): Hex => parsed.getEvent(name)?.topicHash as Hex,
  };
}

type Typed<T> = BaseContract & Omit<T, keyof BaseContract>;

/** The contracts of a deployment. The payment token is any ERC-20; permit and faucet may be missing. */
export interface Contracts {
  readonly accounting: Typed<AccountingV2>;
  readonly stakeRegistry: Typed<StakeRegistry>;
  readonly token: Typed<TestToken>;
}

export const accountingAt = (address: Address, runner: ContractRunner): Contracts["accounting"] =>
  BaseContract.from<AccountingV2>(address, accountingInterface, runner);
export const stakeRegistryAt = (address: Address, runner: ContractRunner): Contracts["stakeRegistry"] =>
  BaseContract.from<StakeRegistry>(address, stakeRegistryInterface, runner);
export const tokenAt = (address: Address, runner: ContractRunner): Contracts["token"] =>
  BaseContract.from<TestToken>(address, tokenInterface, runner);
