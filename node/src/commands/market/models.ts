import { formatAmount } from "@lloom/protocol/amounts";
import { promisedBy } from "@lloom/protocol/profile";
import { tokenOf } from "../../chain/account/calls.ts";
import { announce, type Command } from "../command.ts";
import { openKeylessChain } from "../open/open.ts";
import { modelsIn, tableLines } from "./listing.ts";
import { type SeenOffer, seeMarket } from "./seen-market.ts";

/** `lloom models`: what can be asked for, from how many, and what it costs at least, by what peers tell a stranger now. */
export const models: Command = {
  settings: ["bootstrap"],
  defaults: { logLevel: "warn" },
  flags: [{ form: "--all", describe: "also of executors that have nothing at stake" }],
  examples: ["lloom models", "lloom models --json"],
  run: async (context) => {
    const chain = await openKeylessChain(context);
    const seen = (await seeMarket(context, chain)).filter(({ stake }) => context.flags["all"] === true || stake > 0n);
    const summaries = modelsIn(seen).map(([model, among]) => summaryOf(model, among));
    const price = (amount: bigint): string => formatAmount(amount, chain.tokenDecimals);
    const table = tableLines(
      ["model", "sellers", "prompt", "answer", "context", "makes"],
      summaries.map(({ model, executors, inboundPrice, outboundPrice, maxContext, makes }) => [
        ...[model, String(executors), price(inboundPrice), price(outboundPrice), String(maxContext)],
        makes.join(", "),
      ]),
    );
    const text = [
      ...table,
      `Least prices in ${chain.tokenSymbol} for 1 000 000 tokens; who sells: lloom offers --model NAME`,
    ];
    announce(
      context,
      { event: "models", token: tokenOf(chain), models: summaries },
      summaries.length === 0
        ? "Peers tell no offers of executors with a stake: lloom doctor says why."
        : text.join("\n"),
    );
  },
};

/** Answers, vectors of texts, or both, as some seller's profile says. */
function makesOf(among: readonly SeenOffer[]): readonly string[] {
  const profiles = among.map(({ signed }) => promisedBy(signed));
  const answers = profiles.some(({ conversations }) => conversations !== false);
  const embeds = profiles.some(({ features }) => features?.includes("embedding") === true);
  return [...(answers ? ["answers"] : []), ...(embeds ? ["vectors"] : [])];
}

function summaryOf(model: string, among: readonly SeenOffer[]) {
  const offers = among.map(({ signed }) => signed.offer);
  const least = (amounts: readonly bigint[]): bigint => amounts.reduce((best, one) => (one < best ? one : best));
  return {
    ...{ model, executors: among.length },
    inboundPrice: least(offers.map(({ inboundPrice }) => inboundPrice)),
    outboundPrice: least(offers.map(({ outboundPrice }) => outboundPrice)),
    maxContext: -least(offers.map(({ maxContext }) => -maxContext)),
    makes: makesOf(among),
  };
}
