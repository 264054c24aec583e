import { formatAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import type { FormCounts } from "../../client/choose/validity.ts";
import { announce, type CommandContext } from "../command.ts";
import { nameText } from "../terminal-text.ts";
import { counted } from "../words.ts";
import { type Competitor, type Losing, type ModelStanding, standingsOf } from "./competition.ts";
import { readCountedForms, shownForms } from "./counted-forms.ts";
import { type SeenOffer, seeMarket } from "./seen-market.ts";

const WORDS: Readonly<Record<Losing, string>> = {
  stake: "it has too little at stake: lloom stake",
  verdict: "a jury found lately that it cheats: lloom disputes",
  context: "its context is too small for them",
  price: "others are cheaper",
  load: "others ask as much, and have less to do",
};

/** Says how often clients may ask an executor, what it loses by, and which price would bring it forward. */
export async function tellWhy(context: CommandContext, chain: Chain, executor: Address): Promise<void> {
  const seen = await seeMarket(context, chain);
  const standings = standingsOf(executor, seen.map(competitorOf));
  const { tokenDecimals, tokenSymbol } = chain;
  const price = (amount: bigint): string => formatAmount(amount, tokenDecimals);
  const forms = readCountedForms(context, chain);
  const known = standings.map((standing) => ({ ...standing, forms: forms(executor, standing.model) ?? null }));
  const lines = known.flatMap((standing) => whyLines(standing, price));
  announce(
    context,
    { event: "why", executor, offers: seen.length, standings: known },
    [
      "",
      ...(standings.length === 0 ? [nothingSold(seen, context)] : lines),
      ...(standings.length === 0 ? [] : foot(tokenSymbol)),
    ].join("\n"),
  );
}

const foot = (symbol: string): string[] => [
  `Prices in ${symbol} for 1 000 000 tokens. By the offers that peers tell now,`,
  "for clients that know nobody yet.",
];

const competitorOf = ({ signed, stake, hasCheated }: SeenOffer): Competitor => {
  const { offer, load, capacity } = signed;
  return { offer, stake, hasCheated, load, capacity };
};

function nothingSold(seen: readonly SeenOffer[], { settings }: CommandContext): string {
  if (settings.bootstrap.length === 0) return "Why: no peer is named that could tell offers: --bootstrap.";
  return `Why: peers tell ${counted(seen.length, "offer")}, and none of this key: run its executor, or lloom doctor.`;
}

/** A standing, with what the client of this data directory counted of its answers; null where it counted none. */
type Known = ModelStanding & { readonly forms: FormCounts | null };

/** What is said of it. */
export function whyLines(
  { model, offers, eligible, first, questions, lost, rank, next, forms }: Known,
  price: (amount: bigint) => string,
): string[] {
  const place = rank === undefined ? "not among those that may be asked" : `place ${rank} by price`;
  return [
    `Why ${nameText(model)}: ${place}, of ${counted(offers, "offer")}`,
    `  may be asked for ${eligible} of ${questions} usual questions, and is first for ${first}`,
    ...Object.entries(lost).map(([by, count]) => `  loses ${count} of ${questions}: ${WORDS[by as Losing]}`),
    ...(forms === null ? [] : [`  ${shownForms(forms)} calls and schemas were right, of this client's own questions`]),
    ...(next === undefined
      ? []
      : [`  next place: --inbound-price ${price(next.inboundPrice)} --outbound-price ${price(next.outboundPrice)}`]),
  ];
}
