import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { PortableReceipt } from "@lloom/protocol/receipts";
import { big, hex, list, record, text } from "../readers.ts";
import type { SessionKeys } from "./examine.ts";

/** What the index has of a receipt's lane. */
export interface SettledAnswer {
  /** Which deployment it follows; undefined until it has seen its contracts. */
  readonly network: { readonly chainId: bigint; readonly accounting: Hex } | undefined;
  /** The first settlement of the lane at the receipt's nonce or after it. */
  readonly settlement:
    | {
        readonly id: string;
        readonly nonce: bigint;
        readonly responseHash: Hex;
        /** Paid for the lane ever, and owed beyond it. */
        readonly laneCost: bigint;
        readonly unpaid: bigint;
      }
    | undefined;
  readonly keys: readonly { readonly signer: Address; readonly principal: Address; readonly thawEnd: bigint | null }[];
}

/** A line about the chain, of the form of the protocol's lines. */
export interface SettledLine {
  readonly state: "right" | "wrong" | "open";
  readonly says: string;
  /** The settlement that it speaks of. */
  readonly settlementId?: string;
}

/** What the chain, by the index's word, says of a receipt whose response has this digest. */
export function settledLine(
  { domain, request, response }: PortableReceipt,
  responseHash: Hex,
  { network, settlement }: SettledAnswer,
): SettledLine {
  if (network === undefined) return { state: "open", says: "the index has not seen its contracts yet" };
  if (network.chainId !== domain.chainId || network.accounting !== domain.accounting) {
    const here = `contract ${network.accounting} on chain ${network.chainId}`;
    return { state: "open", says: `the receipt is of another deployment; this explorer follows ${here}` };
  }
  if (settlement === undefined)
    return {
      state: "open",
      says: "not settled so far; whoever holds both signatures can settle it while there is time",
    };
  const { id: settlementId, nonce } = settlement;
  if (nonce === request.nonce && settlement.responseHash !== responseHash) {
    return { state: "wrong", says: "The chain settled another answer at this place of the lane.", settlementId };
  }
  if (settlement.laneCost + settlement.unpaid < response.cumulativeCost) {
    return { state: "wrong", says: "The lane was settled for less than this receipt says.", settlementId };
  }
  return nonce === request.nonce
    ? { state: "right", says: "this very answer was settled", settlementId }
    : { state: "right", says: `settled together with later answers of its lane, up to nonce ${nonce}`, settlementId };
}

/** The keys that could sign for a request's parties by its deadline. */
export const keysInForce = ({ keys }: SettledAnswer, deadline: bigint): SessionKeys =>
  keys.filter(({ thawEnd }) => thawEnd === null || thawEnd === 0n || deadline <= thawEnd);

const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === null ? undefined : read(value);

/** What `/api/settled` tells, whose numbers are text. Throws LloomError INDEXER_ANSWER_INVALID. */
export function readSettledAnswer(body: unknown): SettledAnswer {
  const { network, settlement, keys } = record(body, "answer");
  return {
    network: optional(network, (value) => {
      const { chainId, accounting } = record(value, "network");
      return { chainId: big(chainId, "network.chainId"), accounting: hex(accounting, "network.accounting") };
    }),
    settlement: optional(settlement, (value) => {
      const row = record(value, "settlement");
      return {
        id: text(row["id"], "settlement.id"),
        nonce: big(row["nonce"], "settlement.nonce"),
        responseHash: hex(row["responseHash"], "settlement.responseHash"),
        laneCost: big(row["laneCost"], "settlement.laneCost"),
        unpaid: big(row["unpaid"], "settlement.unpaid"),
      };
    }),
    keys: list(keys, "keys").map((value) => {
      const { signer, principal, thawEnd } = record(value, "key");
      return {
        signer: hex(signer, "key.signer"),
        principal: hex(principal, "key.principal"),
        thawEnd: optional(thawEnd, (end) => big(end, "key.thawEnd")) ?? null,
      };
    }),
  };
}
