import type { Address } from "@lloom/protocol/commitment-types";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import type { Chain } from "../../chain/chain.ts";
import { readReputationRules } from "../../chain/reputation/reputation-logs.ts";
import { type KeptPast, readReputationPast } from "../../chain/reputation/reputation-past.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import type { Indexer } from "../../indexer/indexer.ts";
import type { Log } from "../../log.ts";
import type { ClientSettings } from "../client-options.ts";
import { KnownReputations, type KnownReputationsParts } from "./known-reputations.ts";

/** Where a client learns about executors. */
export interface ReputationSource {
  /** Without one, only who was asked is computed. */
  readonly indexer?: Indexer | undefined;
  readonly audits: Address;
  /** Where what was read of an executor's past is kept. */
  readonly kept: (executor: Address) => KeptPast;
}

/** What this client's own chain says of executors, and an index, held against it. */
export function openReputations(
  { chain, log, source }: { readonly chain: Chain; readonly log: Log; readonly source: ReputationSource },
  settings: Pick<ClientSettings, "reputationIntervalMs" | "random">,
  book: Pick<KnownReputationsParts, "executors" | "onKnown">,
): KnownReputations {
  const { indexer, audits, kept } = source;
  const contracts = { chain, audits };
  let known: ReputationRules | undefined;
  return new KnownReputations({
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
