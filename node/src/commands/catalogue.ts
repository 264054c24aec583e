import type { Command } from "./command.ts";

/** A command's line in the help; the rest is loaded when it is the one that runs, since some are heavy. */
export interface CatalogueEntry {
  readonly name: string;
  /** Heading in the help. */
  readonly group: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CatalogueEntry[] = [
  {
    name: "init",
    group: "The key and its money",
    describe: "make this node's key, kept in an encrypted keystore",
    load: async () => (await import("./wallet/init.ts")).init,
  },
  {
    name: "wallet",
    group: "The key and its money",
    describe: "show this node's key, export it, or take one in",
    load: async () => (await import("./wallet/wallet.ts")).wallet,
  },
  {
    name: "status",
    group: "The key and its money",
    describe: "show how this key and its node stand, with all its money, wherever it is",
    load: async () => (await import("./money/status.ts")).status,
  },
  {
    name: "doctor",
    group: "The key and its money",
    describe: "look for what is wrong with this node, each thing with the command that mends it",
    load: async () => (await import("./doctor/doctor.ts")).doctor,
  },
  {
    name: "faucet",
    group: "The key and its money",
    describe: "take test tokens, on a network whose payment token has a faucet",
    load: async () => (await import("./money/faucet.ts")).faucet,
  },
  {
    name: "deposit",
    group: "Buying answers",
    describe: "deposit payment tokens to buy answers with",
    load: async () => (await import("./money/deposit.ts")).deposit,
  },
  {
    name: "allocate",
    group: "Buying answers",
    describe: "put free deposit into the channel with an executor",
    load: async () => (await import("./money/allocate.ts")).allocate,
  },
  {
    name: "ask",
    group: "Buying answers",
    describe: "ask one question; the answer goes to standard output, the receipt's summary to standard error",
    load: async () => (await import("./ask/ask.ts")).ask,
  },
  {
    name: "gateway",
    group: "Buying answers",
    describe: "serve OpenAI's API on this machine, paid by this key",
    load: async () => (await import("./run/gateway.ts")).gateway,
  },
  {
    name: "receipt",
    group: "Buying answers",
    describe: "verify a receipt from a file, without a network or a chain",
    load: async () => (await import("./ask/receipt.ts")).receipt,
  },
  {
    name: "reputation",
    group: "Buying answers",
    describe: "show an executor's reputation, computed from the chain, or compare an indexer's word with it",
    load: async () => (await import("./reputation/reputation.ts")).reputation,
  },
  {
    name: "disputes",
    group: "Buying answers",
    describe: "show disputes about answers that never came, with what is at stake and until when",
    load: async () => (await import("./dispute/disputes.ts")).disputes,
  },
  {
    name: "dispute",
    group: "Buying answers",
    describe: "dispute an answer that was paid for and never came, or end a dispute",
    load: async () => (await import("./dispute/dispute.ts")).dispute,
  },
  {
    name: "credit",
    group: "Buying answers",
    describe: "credit payment tokens for bonds of measured disputes",
    load: async () => (await import("./money/credit.ts")).credit,
  },
  {
    name: "unlock",
    group: "Buying answers",
    describe: "show your channels, and take money back out of them",
    load: async () => (await import("./money/unlock.ts")).unlock,
  },
  {
    name: "signer",
    group: "Buying answers",
    describe: "let another key sign for this one, and end that",
    load: async () => (await import("./money/signer.ts")).signer,
  },
  {
    name: "stake",
    group: "Selling answers, guarding the network",
    describe: "register as an executor or validator with a stake, or add to it",
    load: async () => (await import("./money/stake.ts")).stake,
  },
  {
    name: "executor",
    group: "Selling answers, guarding the network",
    describe: "run an executor: answer requests, collect receipts, settle them",
    load: async () => (await import("./run/executor.ts")).executor,
  },
  {
    name: "validator",
    group: "Selling answers, guarding the network",
    describe: "run a validator: anchor the network, keep its offers, answer who serves what",
    load: async () => (await import("./run/validator.ts")).validator,
  },
  {
    name: "canaries",
    group: "Selling answers, guarding the network",
    describe: "show the keys by which a validator audits, and what each has",
    load: async () => (await import("./canaries/canaries.ts")).canaries,
  },
  {
    name: "calibrate",
    group: "Selling answers, guarding the network",
    describe: "measure how far honest nodes with a model's weights differ, so that validators blame none of them",
    load: async () => (await import("./run/calibrate.ts")).calibrate,
  },
  {
    name: "earnings",
    group: "Selling answers, guarding the network",
    describe: "show what an executor is owed, what matures when, and what is free",
    load: async () => (await import("./money/earnings.ts")).earnings,
  },
  {
    name: "settle",
    group: "Selling answers, guarding the network",
    describe: "settle what an executor is owed, while that executor does not run",
    load: async () => (await import("./money/settle.ts")).settle,
  },
  {
    name: "release",
    group: "Selling answers, guarding the network",
    describe: "give money of a client's channel back to that client",
    load: async () => (await import("./money/release.ts")).release,
  },
  {
    name: "unbond",
    group: "Selling answers, guarding the network",
    describe: "start to take stake out",
    load: async () => (await import("./money/unbond.ts")).unbond,
  },
  {
    name: "unjail",
    group: "Selling answers, guarding the network",
    describe: "leave jail, once its time is over",
    load: async () => (await import("./money/unjail.ts")).unjail,
  },
  {
    name: "withdraw",
    group: "Taking money out",
    describe: "pay earnings, deposit, unbonded stake or rewards out to a wallet",
    load: async () => (await import("./money/withdraw.ts")).withdraw,
  },
  {
    name: "relay",
    group: "Taking money out",
    describe: "send what somebody without ether has signed with --sign-only",
    load: async () => (await import("./money/relay.ts")).relay,
  },
  {
    name: "rewards",
    group: "Taking money out",
    describe: "show what slashes, juries and disputes credited to this key",
    load: async () => (await import("./money/rewards.ts")).rewards,
  },
];
