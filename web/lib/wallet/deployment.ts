import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";

/** The deployment that wallets act on, by the index's row of it. Times in seconds, amounts in base units. */
export interface WalletDeployment {
  readonly chainId: bigint;
  readonly accounting: Address;
  readonly stakeRegistry: Address;
  readonly paymentToken: Address;
  readonly token: TokenUnit;
  readonly unlockDelaySeconds: bigint;
  readonly unbondingPeriodSeconds: bigint;
  readonly minimumStake: { readonly executor: bigint; readonly validator: bigint };
  /** Contracts that may slash. */
  readonly judges: readonly Address[];
}

/** Which of the judges does what. */
export interface Judges {
  readonly delivery: Address | undefined;
  /** MeasuredDeposits, of the court of measured disputes. */
  readonly deposits: Address | undefined;
}
