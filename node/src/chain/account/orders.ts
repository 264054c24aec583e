import { type CollectionPurpose, collectionNonce, hashReceiveWithAuthorization } from "@lloom/protocol/collections";
import type { Address, Allocation, CompactSignature, Hex, Unlock, Withdrawal } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDeliveryConcession } from "@lloom/protocol/delivery-concession";
import { hashDeliveryConsent } from "@lloom/protocol/delivery-consent";
import type { PortableReceipt } from "@lloom/protocol/receipts";
import { Signature } from "ethers";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { accountingInterface } from "../contracts.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import { shownTokens } from "./calls.ts";
import { collectorInterface } from "./collector.ts";
import { tokenSeparator } from "./permit.ts";

/** Tokens of a wallet, taken by the Collector out of one signature: a deposit, stake of a member, or credit for bonds. */
export interface Collection {
  readonly purpose: CollectionPurpose;
  readonly payer: Address;
  readonly collector: Address;
  /** Whose deposit, stake or credit it becomes. */
  readonly beneficiary: Address;
  readonly amount: bigint;
  readonly salt: Hex;
  /** Unix seconds, excluded. */
  readonly validBefore: bigint;
}

/** That an executor concedes a delivery dispute; whoever sends it pays what of the price has matured. */
export interface Concession {
  readonly executor: Address;
  /** Of the dispute. */
  readonly id: Hex;
}

/** That a client has an answer disputed, by the one account that posts the bond. */
export interface Opening {
  readonly opener: Address;
  /** Of the answer that never came. */
  readonly receipt: PortableReceipt;
}

/** What moves money of whoever signed it. */
export type MoneyOrder =
  | { readonly type: "withdrawal"; readonly message: Withdrawal }
  | { readonly type: "allocation"; readonly message: Allocation }
  | { readonly type: "unlock"; readonly message: Unlock }
  | { readonly type: "collection"; readonly message: Collection };
/** What somebody orders by a signature alone, for anybody to send. */
export type Order =
  | MoneyOrder
  | { readonly type: "concession"; readonly message: Concession }
  | { readonly type: "opening"; readonly message: Opening };

/** Whose money it moves, or whose dispute it opens or ends. */
export function ownerOf({ type, message }: Order): Address {
  if (type === "collection") return message.payer;
  if (type === "opening") return message.receipt.request.client;
  return type === "concession" ? message.executor : message.client;
}

/** The digest that is signed. Throws UNSUPPORTED when the token's domain cannot be found out. */
export async function orderDigest(chain: Chain, { type, message }: Order): Promise<Hex> {
  const hasher = createCommitmentHasher(chain.domain);
  if (type === "withdrawal") return hasher.hashWithdrawal(message);
  if (type === "allocation") return hasher.hashAllocation(message);
  if (type === "unlock") return hasher.hashUnlock(message);
  if (type === "concession") return hashDeliveryConcession(hasher.domainSeparator, { id: message.id });
  if (type === "opening") {
    const responseHash = hasher.hashResponse(message.receipt.response);
    return hashDeliveryConsent(hasher.domainSeparator, { opener: message.opener, responseHash });
  }
  const { payer, collector, amount, validBefore } = message;
  return hashReceiveWithAuthorization(await tokenSeparator(chain), {
    ...{ from: payer, to: collector, value: amount, validAfter: 0n, validBefore },
    nonce: nonceOf(message),
  });
}

export const nonceOf = ({ purpose, beneficiary, salt }: Collection): Hex => collectionNonce(purpose, beneficiary, salt);

/** The call that carries an order out, by whoever sends it. */
export function relayCall(chain: Chain, order: MoneyOrder, signature: CompactSignature): ContractCall {
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
  const data = collectorInterface.encodeFunctionData(COLLECTS[purpose], [beneficiary, authorization]) as Hex;
  return { what, to: collector, data, gasLimit: GAS_BOUNDS.relay };
}

const COLLECTS = {
  Deposit: "depositWithAuthorization",
  Stake: "stakeWithAuthorization",
  Credit: "creditWithAuthorization",
} as const satisfies Record<CollectionPurpose, string>;

/** Whether an order was carried out, or called off: each counts once. */
export async function isOrderUsed(chain: Chain, { type, message }: MoneyOrder): Promise<boolean> {
  if (type !== "collection")
    return await chain.contracts.accounting.isAllocationNonceUsed(message.client, message.nonce);
  return await chain.contracts.token.authorizationState(message.payer, nonceOf(message));
}
