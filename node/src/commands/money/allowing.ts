import type { Address } from "@lloom/protocol/commitment-types";
import { senderOf } from "../../chain/actions.ts";
import { approveCall, shownTokens } from "../../chain/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import type { ContractCall } from "../../chain/contract-call.ts";
import { type Permit, signPermit } from "../../chain/permit.ts";
import { readAllowance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";
import type { Fact } from "./words.ts";

export interface Taking {
  readonly amount: bigint;
  /** Takes the tokens by an allowance. */
  readonly spender: Address;
  /** Takes them by a permit, with a call that brings it along; without one it is the call by allowance. */
  readonly permitted?: {
    readonly spender: Address;
    readonly call: (permit: Permit | undefined) => Promise<ContractCall>;
  };
}

/** How a contract gets its tokens: it may take them already, a permit comes with the call, or an approval before it. */
export async function allowing(
  { chain, address }: Account,
  { amount, spender, permitted }: Taking,
): Promise<Pick<Deed, "approval" | "sealed">> {
  if ((await readAllowance(chain, address, spender)) >= amount) return {};
  if (permitted !== undefined) {
    const { account } = senderOf(chain);
    const sign = () => signPermit(chain, { account, spender: permitted.spender, amount });
    if ((await sign()) !== undefined) return { sealed: async () => permitted.call(await sign()) };
  }
  return { approval: await approveCall(chain, spender, amount) };
}

/** What is worth knowing of an approval. */
export const approvalFacts = (approval: ContractCall | undefined): readonly Fact[] =>
  approval === undefined ? [] : [["note", "two transactions: an approval of this amount first"]];

export const tooFew = (chain: Chain, held: bigint, amount: bigint): LloomError =>
  new LloomError(
    "INSUFFICIENT_FUNDS",
    `The wallet holds ${shownTokens(chain, held)}; ${shownTokens(chain, amount)} are needed.`,
    { next: "Get payment tokens first; on a test network: lloom faucet." },
  );
