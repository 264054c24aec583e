import type { Address } from "@lloom/protocol/commitment-types";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import type { Chain } from "../../chain/chain.ts";
import { readReputationRules } from "../../chain/reputation/reputation-logs.ts";
import { type KeptPast, readReputationPast } from "../../chain/reputation/reputation-past.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import type { Indexer } from "../../indexer/indexer.ts";
import type { Log } from "../../log.ts";
import type { ClientSettings } from "../client-options.ts";
import { ToldReputations, type ToldReputationsParts } from "./told-reputations.ts";

/** Whom a client asks about executors. */
export interface ReputationSource {
  readonly indexer: Indexer;
  readonly audits: Address;
  /** Where what was read of an executor's past is kept. */
  readonly kept: (executor: Address) => KeptPast;
}

/** What an index says, held against this client's own chain. */
export function openReputations(
  { chain, log, source }: { readonly chain: Chain; readonly log: Log; readonly source: ReputationSource },
  settings: Pick<ClientSettings, "reputationIntervalMs" | "random">,
  book: Pick<ToldReputationsParts, "executors" | "onTold">,
): ToldReputations {
  const { indexer, audits, kept } = source;
  const contracts = { chain, audits };
  let known: ReputationRules | undefined;
  return new ToldReputations({
    ...{ indexer, log, ...book, random: settings.random, intervalMs: settings.reputationIntervalMs },
    rules: async () => {
      known ??= await readReputationRules(contracts);
      return known;
    },
    eventsOf: async (executor, signal) => {
      const toBlock = await untilAborted(chain.provider.getBlockNumber(), signal);
      return readReputationPast(contracts, { executor, toBlock, signal, kept: kept(executor) });
    },
    nowSeconds: () => chain.nowSeconds(),
  });
}
