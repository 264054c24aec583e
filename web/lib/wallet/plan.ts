import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { CalledContract } from "./contracts.ts";
import type { Permit } from "./permit.ts";

/** One call of a contract that a wallet is to send. */
export interface Call {
  /** With a verb, as a heading: "Deposit 10.00 tUSD". */
  readonly what: string;
  readonly contract: CalledContract;
  readonly to: Address;
  readonly data: Hex;
  /** Wei that go with it. */
  readonly value: bigint;
}

/** Tokens of the wallet that a contract takes in the plan's first call. */
export interface Taking {
  readonly contract: CalledContract;
  readonly spender: Address;
  readonly amount: bigint;
  /** What the contract may take already. */
  readonly allowed: bigint;
  /** The first call as it is with a permit; undefined where the contract takes none. */
  readonly withPermit: ((permit: Permit) => Call) | undefined;
}

/** What an account is about to do, as far as it can be said before anybody signs. */
export interface Plan {
  readonly title: string;
  /** What leaves, where it goes, what is locked until when: sentences. */
  readonly effects: readonly string[];
  readonly taking?: Taking;
  readonly calls: readonly Call[];
}

/** What is wrong with a field, by its name. */
export type FieldProblems = Readonly<Partial<Record<FieldName, string>>>;

/** Fields that actions ask for. */
export type FieldName = "amount" | "executor" | "to" | "signer" | "proof" | "settlement" | "dispute";

export type Planned = { readonly plan: Plan } | { readonly problems: FieldProblems };
