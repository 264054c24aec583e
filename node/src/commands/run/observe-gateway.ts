import type { Client } from "../../client/client.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Reason } from "../../observe/readiness.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import { type Observed, observeNode } from "./observe-node.ts";

interface ObservedGateway extends Observed {
  readonly client: Pick<Client, "status" | "models">;
  readonly store: Pick<ClientLog, "openDuties" | "unsettledLanes">;
}

/** Lets the metrics read how a gateway stands; returns what may keep it from answering. */
export function observeGateway(metrics: Metrics, observed: ObservedGateway): Reason[] {
  const { client, store, host } = observed;
  const reasons = observeNode(metrics, observed, ["dispute", "report", "accuse"]);
  metrics.read("lloom_offers", () => client.status().offers);
  metrics.read("lloom_channels", () => client.status().channels);
  metrics.read("lloom_channel_balance_base_units", () => Number(client.status().balance));
  metrics.read("lloom_lanes", () => store.unsettledLanes());
  return [
    ...reasons,
    () => (host.peers() === 0 ? "No peer is connected: check --bootstrap and the network." : undefined),
    async () => ((await client.models()).length === 0 ? "No executor offers a model yet." : undefined),
  ];
}
