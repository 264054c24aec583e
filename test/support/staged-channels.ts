import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import type { RequestTerms } from "../../node/src/client/pay/build-request.ts";
import {
  type OwnChannel,
  PaymentChannels,
  type PaymentChannelsOptions,
  type Trust,
} from "../../node/src/client/pay/payment-channels.ts";
import { openClientLog } from "../../node/src/store/client/client-log.ts";
import type { Database } from "../../node/src/store/database/database.ts";
import { createExchange, testPrompt } from "./exchange.ts";

export const EXCHANGE = createExchange();
const { client, executor, hasher } = EXCHANGE;
export const EXECUTOR = executor.address;
export const NOW_MS = 1_800_000_000_900;
export const never = new AbortController().signal;
/** What every request of these channels is. */
export const terms: RequestTerms = {
  ...{ client: client.address, executor: EXECUTOR, model: "m", promptHash: ZERO_HASH, paramsHash: ZERO_HASH },
  ...{ maxInboundTokens: 1_000n, maxOutboundTokens: 500n, inboundPrice: 1_000_000n, outboundPrice: 2_000_000n },
};
/** Most that one request costs. */
export const COST = worstCost(terms);
export const known: Trust = { shown: 3, isDoubted: false };

/** What the chain holds at first, base units. */
export interface StagedFunds {
  readonly deposit?: bigint;
  readonly balance?: bigint;
  readonly unlocking?: bigint;
}

/** A client's channels with its real log, at a chain that keeps a deposit and one channel. */
export function stageChannels(db: Database, funds: StagedFunds = {}, options: Partial<PaymentChannelsOptions> = {}) {
  const store = openClientLog(db);
  const state = { deposit: 0n, balance: 0n, unlocking: 0n, ...funds };
  const did: string[] = [];
  const pay = new PaymentChannels({
    ...{ identity: client, hasher, store, clock: () => NOW_MS, deadlineSeconds: 600n, step: 10n * COST },
    token: { decimals: 6, symbol: "tUSD" },
    readChannel: async (): Promise<OwnChannel> => {
      did.push("read");
      return { balance: state.balance, unlocking: state.unlocking };
    },
    readDeposit: async () => state.deposit,
    learnSettled: async () => void did.push("learn"),
    allocate: async (_, amount) => {
      did.push(`allocate ${amount / COST}`);
      state.deposit -= amount;
      state.balance += amount;
    },
    ...options,
  });
  const place = (trust = known, signal = never) => pay.place(terms, testPrompt(), { ...trust, signal });
  return { pay, place, store, state, did };
}
