import { formatAmount } from "@lloom/protocol/amounts";
import { tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { announce, type Command } from "../command.ts";
import { openKeylessChain } from "../open/open.ts";
import { nameText } from "../terminal-text.ts";
import { type FormsOf, readCountedForms, shownForms } from "./counted-forms.ts";
import { modelsIn, tableLines } from "./listing.ts";
import { type SeenOffer, seeMarket } from "./seen-market.ts";

/** `lloom offers`: who sells what at which price, by what peers tell a stranger now. */
export const offers: Command = {
  settings: ["bootstrap"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--model <NAME>", describe: "of this model alone" },
    { form: "--all", describe: "also of executors that have nothing at stake" },
  ],
  examples: ["lloom offers", "lloom offers --model llama3.2 --json"],
  run: async (context) => {
    const chain = await openKeylessChain(context);
    const { model, all } = context.flags;
    const seen = (await seeMarket(context, chain)).filter(
      ({ signed, stake }) => (model === undefined || signed.offer.model === model) && (all === true || stake > 0n),
    );
    const forms = readCountedForms(context, chain);
    const lines = modelsIn(seen).flatMap(([name, among]) => ["", nameText(name), ...offerLines(chain, among, forms)]);
    const text =
      seen.length === 0
        ? nothingSeen(context.settings.bootstrap.length)
        : [...lines.slice(1), "", foot(chain)].join("\n");
    announce(
      context,
      { event: "offers", token: tokenOf(chain), offers: seen.map((one) => offerEvent(one, forms)) },
      text,
    );
  },
};

const foot = ({ tokenSymbol }: Chain): string =>
  `Prices in ${tokenSymbol} for 1 000 000 tokens, context in tokens, stake in ${tokenSymbol}. Valid: answers to this client that had
to be calls of functions or meet a schema, and how many of them did.`;

const nothingSeen = (bootstrap: number): string =>
  bootstrap === 0
    ? "No peer is named that could tell offers: --bootstrap."
    : "Peers tell no such offers. What keeps this machine from the network, if anything does, says lloom doctor.";

function offerLines(chain: Chain, among: readonly SeenOffer[], formsOf: FormsOf): string[] {
  const price = (amount: bigint): string => formatAmount(amount, chain.tokenDecimals);
  return tableLines(
    ["executor", "prompt", "answer", "context", "stake", "load", "valid"],
    among.map(({ signed: { offer, load, capacity }, stake, hasCheated }) => [
      offer.executor,
      price(offer.inboundPrice),
      price(offer.outboundPrice),
      String(offer.maxContext),
      `${price(stake)}${hasCheated ? " cheated" : ""}`,
      `${load}/${capacity}`,
      shownForms(formsOf(offer.executor, offer.model)),
    ]),
  );
}

const offerEvent = ({ signed, stake, hasCheated }: SeenOffer, formsOf: FormsOf) => {
  const { offer, load, capacity, multiaddrs } = signed;
  const { executor, model, weightsHash, inboundPrice, outboundPrice, maxContext, validUntil } = offer;
  return {
    executor,
    model,
    weightsHash,
    inboundPrice,
    outboundPrice,
    maxContext,
    validUntil,
    load,
    capacity,
    multiaddrs,
    stake,
    hasCheated,
    forms: formsOf(executor, model) ?? null,
  };
};
