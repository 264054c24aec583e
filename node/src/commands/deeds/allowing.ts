import type { Address } from "@lloom/protocol/commitment-types";
import { senderOf } from "../../chain/account/actions.ts";
import { missingApproval, shownTokens } from "../../chain/account/calls.ts";
import { type Permit, signPermit, takesPermits } from "../../chain/account/permit.ts";
import type { Chain } from "../../chain/chain.ts";
import type { ContractCall } from "../../chain/contract-call.ts";
import { LloomError } from "../../errors.ts";
import type { Fact } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";

export interface Taking {
  readonly amount: bigint;
  /** Takes the tokens by an allowance. */
  readonly spender: Address;
  /** Takes them by a permit, with a call that brings it along. */
  readonly permitted?: Permitted;
}

export interface Permitted {
  readonly spender: Address;
  readonly call: (permit: Permit) => ContractCall | Promise<ContractCall>;
}

/** How a contract gets its tokens: it may take them already, a permit comes with the call, or an approval before it. */
export async function allowing(
  { chain, address }: Account,
  { amount, spender, permitted }: Taking,
): Promise<Pick<Deed, "approval" | "sealed">> {
  const approval = await missingApproval(chain, { owner: address, spender, amount });
  if (approval === undefined) return {};
  if (permitted !== undefined && (await takesPermits(chain, address)))
    return { sealed: () => sealedBy(chain, amount, permitted) };
  return { approval };
}

async function sealedBy(chain: Chain, amount: bigint, { spender, call }: Permitted): Promise<ContractCall> {
  const permit = await signPermit(chain, { account: senderOf(chain).account, spender, amount });
  if (permit !== undefined) return call(permit);
  throw new LloomError("UNSUPPORTED", `${chain.tokenSymbol} does not say any more how a permit for it is signed.`, {
    next: "Give the command again, or another RPC server: --rpc URL",
  });
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
