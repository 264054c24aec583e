import { z } from "@lloom/protocol/zod";
import { DEFAULTS } from "./defaults.ts";
import { decimal, defaulted, number, optional, text } from "./setting-forms.ts";

const share = number("must be a number from 0 to 1").refine(
  (value) => value >= 0 && value <= 1,
  "must be a number from 0 to 1",
);

/** Settings of whoever buys answers; see `settings.ts`. */
export const CLIENT_SETTINGS = {
  channelStep: defaulted({
    toml: "client.channel-step",
    flag: "channel-step",
    value: "AMOUNT",
    describe: "how much to allocate at a time to an executor that has shown that it answers",
    schema: decimal,
    fallback: "1",
  }),
  maxInboundPrice: optional({
    toml: "client.max-inbound-price",
    flag: "max-inbound-price",
    value: "AMOUNT",
    describe: "most that 1 000 000 prompt tokens may cost (default: any price)",
    schema: decimal,
  }),
  maxOutboundPrice: optional({
    toml: "client.max-outbound-price",
    flag: "max-outbound-price",
    value: "AMOUNT",
    describe: "most that 1 000 000 answer tokens may cost (default: any price)",
    schema: decimal,
  }),
  executors: defaulted<"staked" | "any">({
    toml: "client.executors",
    flag: "executors",
    value: "staked|any",
    describe: "any: buy also from executors that have nothing at stake",
    schema: z.enum(["staked", "any"], "must be staked or any"),
    fallback: "staked",
  }),
  minReputation: defaulted({
    toml: "client.min-reputation",
    flag: "min-reputation",
    value: "TRUST",
    describe: "least trust of an executor, from 0 to 1, by the word of --indexer",
    schema: share,
    fallback: 0,
  }),
  minStake: defaulted({
    toml: "client.min-stake",
    flag: "min-stake",
    value: "AMOUNT",
    describe: "least stake of an executor, in tokens of payment",
    schema: decimal,
    fallback: "0",
  }),
  verify: defaulted({
    toml: "client.verify",
    flag: "verify",
    value: "HOW",
    describe: "how far answers are checked: none, receipt, audit, or redundant:2 to redundant:5",
    schema: text(
      /^(none|receipt|audit|redundant:[2-5])$/,
      "must be none, receipt, audit, or redundant:2 to redundant:5",
    ),
    fallback: "receipt",
  }),
  hedging: defaulted<"on" | "off">({
    toml: "client.hedging",
    flag: "hedging",
    value: "on|off",
    describe:
      "on: asks a second executor too when the first keeps silent for unusually long, and takes whose text comes first",
    schema: z.enum(["on", "off"], "must be on or off"),
    fallback: "off",
  }),
  exploration: defaulted({
    toml: "client.exploration",
    flag: "exploration",
    value: "SHARE",
    describe: "share of questions, from 0 to 1, that try another executor than the best",
    schema: share,
    fallback: DEFAULTS.exploration,
  }),
} as const;
