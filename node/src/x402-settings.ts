import { z } from "@lloom/protocol/zod";
import { address, decimal, defaulted, optional, text, whole } from "./setting-forms.ts";

/** Settings of payments by callers without an account; see `settings.ts`. */
export const X402_SETTINGS = {
  x402: defaulted<"off" | "exact">({
    toml: "gateway.x402",
    flag: "x402",
    value: "off|exact",
    describe: "exact: callers without an API key pay each answer by x402; all others need a key then",
    schema: z.enum(["off", "exact"], "must be off or exact"),
    fallback: "off",
  }),
  x402PayTo: optional({
    toml: "gateway.x402-pay-to",
    flag: "x402-pay-to",
    value: "ADDRESS",
    describe: "who gets what callers pay by x402 (default: the gateway's own account)",
    schema: address,
  }),
  x402Facilitator: defaulted({
    toml: "gateway.x402-facilitator",
    flag: "x402-facilitator",
    value: "local|URL",
    describe: "who checks and takes such payments: local (this account, which pays the gas), or a facilitator's URL",
    schema: text(/^(local|https?:\/\/\S+)$/, "must be local or a URL such as https://facilitator.example"),
    fallback: "local",
    isSecret: true,
  }),
  x402Margin: defaulted({
    toml: "gateway.x402-margin",
    flag: "x402-margin",
    value: "PERCENT",
    describe: "what such callers pay above the most that the answer can cost at the best price",
    schema: whole(0, 1_000),
    fallback: 10,
  }),
  x402Fee: defaulted({
    toml: "gateway.x402-fee",
    flag: "x402-fee",
    value: "AMOUNT",
    describe: "what such callers pay besides for each call, as for the gas of taking the payment, in tokens of payment",
    schema: decimal,
    fallback: "0",
  }),
  x402PerMinute: defaulted({
    toml: "gateway.x402-per-minute",
    flag: "x402-per-minute",
    value: "N",
    describe: "calls of one such payer in a minute",
    schema: whole(1, 100_000),
    fallback: 60,
  }),
} as const;
