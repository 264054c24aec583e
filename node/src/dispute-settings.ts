import { z } from "@lloom/protocol/zod";
import { address, always, decimal, defaulted, optional, path, whole } from "./setting-forms.ts";

/** Settings of disputes, by whoever is a party to one or judges it; part of `SETTINGS`. */
export const DISPUTE_SETTINGS = {
  disputes: defaulted<"auto" | "ask" | "off">({
    toml: "client.disputes",
    flag: "disputes",
    value: "auto|ask|off",
    describe: "what a gateway does about an answer that it paid for and never got; ask: status says how to dispute it",
    schema: z.enum(["auto", "ask", "off"], "must be auto, ask or off"),
    fallback: "auto",
  }),
  disputeBonds: defaulted({
    toml: "client.dispute-bonds",
    flag: "dispute-bonds",
    value: "ETHER",
    describe: "most ether that the bonds of open disputes may lock",
    schema: decimal,
    fallback: "0.05",
  }),
  jury: defaulted<"on" | "off">({
    toml: "validator.jury",
    flag: "jury",
    value: "on|off",
    describe: "whether a validator wants to be drawn for juries",
    schema: z.enum(["on", "off"], "must be on or off"),
    fallback: "on",
  }),
  weights: defaulted({
    toml: "validator.weights",
    flag: "weights",
    value: "FILES",
    describe:
      "tiny (the shipped model) and GGUF files that a validator judges with, each with its calibration beside it",
    schema: z.array(path, 'must be a list such as ["/models/qwen3-8b-q4.gguf"]'),
    fallback: [],
    list: true,
    isFile: (value) => value !== "tiny",
  }),
  canaryKeys: defaulted({
    toml: "validator.canary-keys",
    flag: "canary-keys",
    value: "N",
    describe: "keys with money of their own by which a validator audits executors; 0: it audits nobody",
    schema: whole(0, 4_096),
    fallback: 0,
  }),
  canaryPrice: optional({
    toml: "validator.canary-price",
    flag: "canary-price",
    value: "AMOUNT",
    describe:
      "most that a canary pays for 1 000 000 tokens, in tokens of payment; without it a few times what the market asks",
    schema: decimal,
  }),
  traffic: optional({
    toml: "validator.traffic",
    flag: "traffic",
    value: "FILE",
    describe:
      "recorded chat requests, a JSON line each, that a validator's canaries are drawn from instead of the shipped ones",
    schema: path,
    isFile: always,
  }),
  guards: defaulted({
    toml: "validator.guards",
    flag: "guards",
    value: "ADDRESSES",
    describe: "executors that a validator guards: it settles and rebuts for them while they are offline",
    schema: z.array(address, 'must be a list such as ["0x5B38..."]'),
    fallback: [],
    list: true,
  }),
  guardFee: defaulted({
    toml: "validator.guard-fee",
    flag: "guard-fee",
    value: "AMOUNT",
    describe: "tokens that it takes for each lane, out of the deposit of the executor whose it is",
    schema: decimal,
    fallback: "0",
  }),
  appeals: defaulted<"auto" | "ask" | "off">({
    toml: "disputes.appeals",
    flag: "appeals",
    value: "auto|ask|off",
    describe: "what is done about a jury's verdict against this node; ask: status says how to appeal",
    schema: z.enum(["auto", "ask", "off"], "must be auto, ask or off"),
    fallback: "auto",
  }),
  appealDeposits: defaulted({
    toml: "disputes.appeal-deposits",
    flag: "appeal-deposits",
    value: "AMOUNT",
    describe: "most payment tokens that appeals may lock",
    schema: decimal,
    fallback: "30",
  }),
  complaintBonds: defaulted({
    toml: "disputes.complaint-bonds",
    flag: "complaint-bonds",
    value: "AMOUNT",
    describe: "most payment tokens that the bonds of own complaints may lock; 0: it complains of nobody",
    schema: decimal,
    fallback: "50",
  }),
} as const;
