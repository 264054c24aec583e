import { formatAmount, shownAmount } from "@lloom/protocol/amounts";
import type { Address, ModelOffer } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import { LloomError } from "../../errors.ts";
import { gatherOffers } from "../discover/gather-offers.ts";
import { askedLimits } from "../pay/asked-limits.ts";
import type { Question } from "../question.ts";
import type { AskParts } from "./ask-state.ts";

/** Channels that are read; of more executors nobody can say cheaply what is in theirs. */
const MOST_CHANNELS = 16;

/**
 * Throws INSUFFICIENT_FUNDS where questions to one model cannot all be asked even of the cheapest who offers it, whatever is in channels
 * and deposit. Each request is held against its channel once more when it is signed.
 */
export async function checkMoney(
  parts: AskParts,
  [question, ...others]: readonly [Question, ...Question[]],
  signal: AbortSignal,
): Promise<void> {
  await gatherOffers(parts, question, signal);
  const { model } = question;
  const all = [question, ...others];
  const offers = parts.book.candidates(model, parts.settings.clock()).map(({ signed }) => signed.offer);
  const executors = [...new Set(offers.map(({ executor }): Address => executor))];
  if (executors.length === 0 || executors.length > MOST_CHANNELS) return;
  const costOf = (offer: ModelOffer): bigint => all.reduce((sum, one) => sum + worstCost(askedLimits(one, offer)), 0n);
  const costs = offers.map(costOf).sort((a, b) => Number(a - b));
  const needed = costs[0] ?? 0n;
  const spendable = await parts.channels.spendable(executors, { enough: needed, signal });
  if (spendable >= needed) return;
  const { token } = parts;
  const missing = needed - spendable;
  throw new LloomError(
    "INSUFFICIENT_FUNDS",
    `${all.length} answers may cost ${shownAmount(needed, token)} at least; ${shownAmount(missing, token)} are missing.`,
    {
      next: `Ask for fewer, or deposit more: lloom deposit ${formatAmount(missing, token.decimals)}`,
      details: { needed, spendable, missing },
    },
  );
}
