import type { Address } from "@lloom/protocol/commitment-types";
import type { Interface, TransactionReceipt } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { type ChainEvent, type ChainEventOf, decodeEvent } from "../watch/events.ts";

/** Of a receipt, what tells which contract said what. */
export type MinedLogs = Pick<TransactionReceipt, "hash" | "logs">;

/**
 * What AccountingV2 or the stake registry says that a mined transaction did: true whenever it is read, while what the chain has
 * now holds what came afterwards, too. Throws LloomError CHAIN_MISMATCH where they say no such thing.
 */
export function minedEvent<Type extends ChainEvent["type"]>(
  { accounting, stakeRegistry }: Pick<Chain, "accounting" | "stakeRegistry">,
  receipt: MinedLogs,
  type: Type,
): ChainEventOf<Type> {
  for (const log of receipt.logs) {
    const at = log.address.toLowerCase();
    const event = at === accounting || at === stakeRegistry ? decodeEvent(log) : undefined;
    if (event?.type === type) return event as ChainEventOf<Type>;
  }
  throw silent(receipt, type);
}

/** Where a contract of disputes stands, and what its logs mean. */
export interface Speaker {
  readonly at: Address;
  readonly contract: { readonly parsed: Interface };
}

/** An amount out of the first such event of a contract of disputes. Throws as `minedEvent`. */
export function minedAmount(
  { at, contract }: Speaker,
  receipt: MinedLogs,
  { event, amount = "amount" }: { readonly event: string; readonly amount?: string },
): bigint {
  for (const log of receipt.logs) {
    const parsed = log.address.toLowerCase() === at ? contract.parsed.parseLog(log) : null;
    if (parsed?.name === event) return BigInt(parsed.args[amount]);
  }
  throw silent(receipt, event);
}

const silent = ({ hash }: MinedLogs, event: string): LloomError =>
  new LloomError("CHAIN_MISMATCH", `The transaction ${hash} was mined, and its receipt holds no ${event}.`, {
    next: "See what there is now: lloom status",
  });
