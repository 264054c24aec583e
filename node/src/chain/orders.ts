import { type CollectionPurpose, collectionNonce, hashReceiveWithAuthorization } from "@lloom/protocol/collections";
import type { Address, Allocation, CompactSignature, Hex, Unlock, Withdrawal } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { collectorAbi } from "@lloom/protocol/generated/abi";
import { Interface, Signature } from "ethers";
import { shownTokens } from "./calls.ts";
import type { Chain } from "./chain.ts";
import type { ContractCall } from "./contract-call.ts";
import { accountingInterface } from "./contracts.ts";
import { GAS_BOUNDS } from "./gas.ts";
import { tokenSeparator } from "./permit.ts";

/** Tokens of a wallet, taken by the Collector out of one signature: a deposit, or stake of a member. */
export interface Collection {
  readonly purpose: CollectionPurpose;
  readonly payer: Address;
  readonly collector: Address;
  /** Whose deposit or stake it becomes. */
  readonly beneficiary: Address;
  readonly amount: bigint;
  readonly salt: Hex;
  /** Unix seconds, excluded. */
  readonly validBefore: bigint;
}

/** What somebody orders by a signature alone, for anybody to send. */
export type Order =
  | { readonly type: "withdrawal"; readonly message: Withdrawal }
  | { readonly type: "allocation"; readonly message: Allocation }
  | { readonly type: "unlock"; readonly message: Unlock }
  | { readonly type: "collection"; readonly message: Collection };

const collectorInterface = new Interface(collectorAbi);

/** The digest that is signed. Throws UNSUPPORTED when the token's domain cannot be found out. */
export async function orderDigest(chain: Chain, { type, message }: Order): Promise<Hex> {
  const hasher = createCommitmentHasher(chain.domain);
  if (type === "withdrawal") return hasher.hashWithdrawal(message);
  if (type === "allocation") return hasher.hashAllocation(message);
  if (type === "unlock") return hasher.hashUnlock(message);
  const { payer, collector, amount, validBefore } = message;
  return hashReceiveWithAuthorization(await tokenSeparator(chain), {
    ...{ from: payer, to: collector, value: amount, validAfter: 0n, validBefore },
    nonce: nonceOf(message),
  });
}

const nonceOf = ({ purpose, beneficiary, salt }: Collection): Hex => collectionNonce(purpose, beneficiary, salt);

/** The call that carries an order out, by whoever sends it. */
export function relayCall(chain: Chain, order: Order, signature: CompactSignature): ContractCall {
  const { type, message } = order;
  const what = `relay the ${type} of ${shownTokens(chain, message.amount)}`;
  if (type === "collection") return collectCall(what, message, signature);
  const { client, amount, nonce, deadline } = message;
  const other = type === "withdrawal" ? message.to : message.executor;
  const values = [client, other, amount, nonce, deadline, signature];
  const data = accountingInterface.encodeFunctionData(ACTIONS[type], values) as Hex;
  return { what, to: chain.accounting, data, gasLimit: GAS_BOUNDS.relay };
}

const ACTIONS = {
  withdrawal: "withdrawBySig",
  allocation: "allocateBySig",
  unlock: "requestUnlockBySig",
} as const;

function collectCall(what: string, message: Collection, { r, vs }: CompactSignature): ContractCall {
  const { v, s } = Signature.from({ r, yParityAndS: vs });
  const { payer, amount, validBefore, salt, beneficiary, purpose, collector } = message;
  const authorization = { payer, amount, validAfter: 0n, validBefore, salt, v, r, s };
  const action = purpose === "Deposit" ? "depositWithAuthorization" : "stakeWithAuthorization";
  const data = collectorInterface.encodeFunctionData(action, [beneficiary, authorization]) as Hex;
  return { what, to: collector, data, gasLimit: GAS_BOUNDS.relay };
}

/** Whether an order was carried out, or called off: each counts once. */
export async function isOrderUsed(chain: Chain, { type, message }: Order): Promise<boolean> {
  if (type !== "collection")
    return await chain.contracts.accounting.isAllocationNonceUsed(message.client, message.nonce);
  return await chain.contracts.token.authorizationState(message.payer, nonceOf(message));
}

/** Whether a contract is a Collector of this deployment, by what it says of itself. */
export async function isCollectorOf({ provider, accounting }: Chain, collector: Address): Promise<boolean> {
  const data = collectorInterface.encodeFunctionData("accounting");
  const answer = await provider.call({ to: collector, data });
  if (answer.length !== 66) return false;
  return `0x${answer.slice(26)}`.toLowerCase() === accounting;
}
