import type { TokenUnit } from "@lloom/protocol/amounts";
import { addressOf, isHash } from "@lloom/protocol/identifiers";
import {
  type CardRow,
  readDisputeCard,
  readExecutorCard,
  readModelCard,
  readSettlementCard,
} from "../indexer/cards.ts";
import { answered, type IndexReply } from "../problem.ts";
import { isSettlementId, normalizeQuery } from "../search.ts";
import { type Card, disputeCard, executorCard, modelCard, settlementCard } from "./card.ts";

/** Kinds of pages that have a card, by the first part of their addresses. */
export type CardKind = "executors" | "models" | "settlements" | "disputes";

const NOTHING = answered(undefined);

/** The card of a row, if it was found. */
function cardOf<T>(
  reply: IndexReply<CardRow<T>>,
  card: (row: T, token: TokenUnit, now: number) => Card,
): IndexReply<Card | undefined> {
  if (!reply.ok || reply.value === undefined) return reply.ok ? NOTHING : reply;
  const { row, token, now } = reply.value;
  return answered(card(row, { symbol: token.tokenSymbol, decimals: token.tokenDecimals }, now));
}

/** What the card of a page says, by the index as it is now; undefined for a page that there is not. */
export async function readCard(kind: string, written: string): Promise<IndexReply<Card | undefined>> {
  const id = normalizeQuery(written);
  if (kind === "executors") {
    const address = addressOf(id);
    if (address === undefined) return NOTHING;
    return cardOf(await readExecutorCard(address), executorCard);
  }
  if (kind === "models" && isHash(id)) return cardOf(await readModelCard(id), modelCard);
  if (kind === "disputes" && isHash(id)) return cardOf(await readDisputeCard(id), disputeCard);
  if (kind === "settlements" && isSettlementId(id)) return cardOf(await readSettlementCard(id), settlementCard);
  return NOTHING;
}
