import { readTransferFate } from "../../chain/account/authorized-transfer.ts";
import { tokenDomain } from "../../chain/account/permit.ts";
import type { Chain } from "../../chain/chain.ts";
import type { Client } from "../../client/client.ts";
import { LloomError } from "../../errors.ts";
import { httpFacilitator } from "../../gateway/x402/http-facilitator.ts";
import { localFacilitator } from "../../gateway/x402/local-facilitator.ts";
import { PAYMENT_SECONDS, type X402Parts } from "../../gateway/x402/payment-door.ts";
import { requirementsFor } from "../../gateway/x402/terms.ts";
import type { CallerPayments } from "../../store/client/caller-payments.ts";
import type { CommandContext } from "../command.ts";
import { settingAmount } from "../open/open.ts";

/** How payments by callers without an account are set. */
export const X402_NAMES = [
  ...(["x402", "x402PayTo", "x402Facilitator", "x402Margin", "x402Fee", "x402PerMinute"] as const),
];

/** How long a facilitator may take to say what it serves. */
const CHECK_MS = 15_000;
/** An answer's own time, as `GatewayOptions` has it. */
const ANSWER_SECONDS = 600;

interface X402Ground {
  readonly chain: Chain;
  readonly client: Pick<Client, "price">;
  readonly payments: CallerPayments;
}

/** What the settings say of payments by callers without an account; undefined where none are taken. Throws CONFIG_INVALID. */
export async function openX402(
  { settings, signal }: Pick<CommandContext, "settings" | "signal">,
  { chain, client, payments }: X402Ground,
): Promise<X402Parts | undefined> {
  if (settings.x402 === "off") return undefined;
  const { sender } = chain;
  if (sender === undefined) throw new LloomError("INTERNAL", "The gateway has no account.");
  const { x402Facilitator: place, x402Margin: marginPercent, x402PerMinute: perMinute } = settings;
  const domain = await tokenDomain(chain);
  const payTo = settings.x402PayTo ?? sender.account.address;
  const terms = { domain, payTo, maxTimeoutSeconds: ANSWER_SECONDS + PAYMENT_SECONDS };
  const facilitator = place === "local" ? localFacilitator(chain) : httpFacilitator(place);
  await facilitator.check(requirementsFor(terms, 1n), AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]));
  return {
    ...{ terms, facilitator, payments, perMinute },
    pricing: { marginPercent, fee: settingAmount(chain, settings, "x402Fee") },
    price: (question, until) => client.price(question, until),
    chain: {
      blockNumber: () => chain.provider.getBlockNumber(),
      fateOf: (authorization, fromBlock) => readTransferFate(chain, authorization, fromBlock),
    },
  };
}

/** For the address that was given, in words of its own. */
export const x402Line = (parts: X402Parts | undefined): string[] =>
  parts === undefined ? [] : [`Callers without an API key pay each answer to ${parts.terms.payTo} (x402).`];
