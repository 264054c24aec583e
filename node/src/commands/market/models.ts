import { formatAmount } from "@lloom/protocol/amounts";
import { promisedBy } from "@lloom/protocol/profile";
import { tokenOf } from "../../chain/account/calls.ts";
import { allForms } from "../../client/choose/validity.ts";
import { announce, type Command } from "../command.ts";
import { openKeylessChain } from "../open/open.ts";
import { type FormsOf, readCountedForms, shownForms } from "./counted-forms.ts";
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
    const forms = readCountedForms(context, chain);
    const summaries = modelsIn(seen).map(([model, among]) => summaryOf(model, among, forms));
    const price = (amount: bigint): string => formatAmount(amount, chain.tokenDecimals);
    const table = tableLines(
      ["model", "sellers", "prompt", "answer", "context", "makes", "valid"],
      summaries.map(({ model, executors, inboundPrice, outboundPrice, maxContext, makes, forms: counts }) => [
        ...[model, String(executors), price(inboundPrice), price(outboundPrice), String(maxContext)],
        ...[makes.join(", "), shownForms(counts ?? undefined)],
      ]),
    );
    const text = [
      ...table,
      "",
      `Least prices in ${chain.tokenSymbol} for 1 000 000 tokens. Valid: answers to this client that had to be calls of`,
      "functions or meet a schema, and how many of them did. Who sells: lloom offers --model NAME",
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

/** What is sold under a name, with what this client counted of all who sell it. */
export function summaryOf(model: string, among: readonly SeenOffer[], formsOf: FormsOf) {
  const offers = among.map(({ signed }) => signed.offer);
  const least = (amounts: readonly bigint[]): bigint => amounts.reduce((best, one) => (one < best ? one : best));
  return {
    ...{ model, executors: among.length },
    inboundPrice: least(offers.map(({ inboundPrice }) => inboundPrice)),
    outboundPrice: least(offers.map(({ outboundPrice }) => outboundPrice)),
    maxContext: -least(offers.map(({ maxContext }) => -maxContext)),
    makes: makesOf(among),
    forms: allForms([...new Set(offers.map(({ executor }) => executor))].map((one) => formsOf(one, model))) ?? null,
  };
}
