import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { Signature, TypedDataEncoder, zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { tokenInterface } from "../contracts.ts";
import { readFor, readView } from "../reads.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import { shownTokens } from "./calls.ts";
import type { TokenDomain } from "./permit.ts";

/** A transfer of ERC-3009 that its payer signs and anybody sends; once at most, by its nonce. */
export interface TransferAuthorization {
  readonly from: Address;
  readonly to: Address;
  readonly value: bigint;
  /** Unix seconds, excluded. */
  readonly validAfter: bigint;
  /** Unix seconds, excluded. */
  readonly validBefore: bigint;
  readonly nonce: Hex;
}

/** What has become of one: it may still be sent; its money has come, by this transaction; or it never will. */
export type TransferFate =
  | { readonly type: "open" }
  | { readonly type: "paid"; readonly transaction: Hex }
  | { readonly type: "void" };

const TRANSFER_TYPE = {
  TransferWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};

/** What the payer signs. */
export const transferDigest = (domain: TokenDomain, authorization: TransferAuthorization): Hex =>
  TypedDataEncoder.hash(domain, TRANSFER_TYPE, authorization) as Hex;

/** The transfer as a call that anybody may send. */
export function authorizedTransferCall(
  chain: Chain,
  authorization: TransferAuthorization,
  { r, vs }: CompactSignature,
): ContractCall {
  const { from, to, value, validAfter, validBefore, nonce } = authorization;
  const signature = Signature.from({ r, yParityAndS: vs });
  const values = [from, to, value, validAfter, validBefore, nonce, signature.v, signature.r, signature.s];
  return {
    what: `take a payment of ${shownTokens(chain, value)}`,
    to: chain.paymentToken,
    data: tokenInterface.encodeFunctionData("transferWithAuthorization", values) as Hex,
    gasLimit: GAS_BOUNDS.authorizedTransfer,
    intent: `transfer of ${from} by ${nonce} at ${chain.paymentToken}`,
  };
}

/** Whether the token would take the call now. Throws what the chain throws where it would not. */
export async function rehearseTransfer({ provider, sender }: Chain, { to, data }: ContractCall): Promise<void> {
  // An estimate is of the block to come: a chain without traffic may have mined its latest one long ago, with that time in it.
  await provider.estimateGas({ from: sender?.account.address ?? null, to, data });
}

/** Whether the payment token knows transfers by authorization. Throws CHAIN_UNREACHABLE. */
export async function takesAuthorizations(chain: Chain): Promise<boolean> {
  return (await readUsed(chain, { from: chain.paymentToken, nonce: zeroPadValue("0x00", 32) as Hex })) !== undefined;
}

/**
 * What has become of a transfer, by the chain alone: a nonce that is used says nothing, since its payer may have cancelled it, or used it
 * for another transfer. Throws CHAIN_UNREACHABLE.
 */
export async function readTransferFate(
  chain: Chain,
  authorization: TransferAuthorization,
  fromBlock: number,
): Promise<TransferFate> {
  if ((await readUsed(chain, authorization)) !== true)
    return { type: (await chain.nowSeconds()) >= authorization.validBefore ? "void" : "open" };
  const transaction = await readFor("the payment", findTransfer(chain, authorization, fromBlock));
  return transaction === undefined ? { type: "void" } : { type: "paid", transaction };
}

async function readUsed(
  chain: Chain,
  { from, nonce }: Pick<TransferAuthorization, "from" | "nonce">,
): Promise<boolean | undefined> {
  const data = tokenInterface.encodeFunctionData("authorizationState", [from, nonce]) as Hex;
  const answer = await readView(chain, "the authorization", { to: chain.paymentToken, data });
  return answer?.length === 66 ? BigInt(answer) === 1n : undefined;
}

async function findTransfer(
  { provider, paymentToken }: Chain,
  { from, to, value, nonce }: TransferAuthorization,
  fromBlock: number,
): Promise<Hex | undefined> {
  const topics = tokenInterface.encodeFilterTopics("AuthorizationUsed", [from, nonce]);
  const [used] = await provider.getLogs({ address: paymentToken, topics, fromBlock });
  const receipt = used === undefined ? null : await provider.getTransactionReceipt(used.transactionHash);
  const isIt = (log: { readonly address: string; readonly topics: readonly string[]; readonly data: string }) => {
    if (log.address.toLowerCase() !== paymentToken) return false;
    const parsed = tokenInterface.parseLog(log);
    return (
      parsed?.name === "Transfer" &&
      String(parsed.args["from"]).toLowerCase() === from &&
      String(parsed.args["to"]).toLowerCase() === to &&
      parsed.args["value"] === value
    );
  };
  return receipt?.logs.some(isIt) === true ? (receipt.hash as Hex) : undefined;
}
