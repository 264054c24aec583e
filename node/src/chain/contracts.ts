import type { Address } from "@lloom/protocol/commitment-types";
import {
  accountingV2Abi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  measuredDisputesAbi,
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
export const deliveryInterface = new Interface(deliveryDisputesAbi);
export const equivocationInterface = new Interface(equivocationDisputesAbi);
export const measuredInterface = new Interface(measuredDisputesAbi);

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
