import type { Connection } from "@libp2p/interface";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { PROBES } from "../../primitives/probes.ts";
import type { Host } from "../host/host.ts";

/** More than a relay carries for one node at a time. */
const MOST_FOLLOWED = 1_024;

/**
 * Follows what becomes of peers that come through a relay: this node dials them back (DCUtR), and either that gets through, or they
 * stay on the relay for as long as it lasts. Says so in the log.
 */
export class RelayedPeers implements Disposable {
  readonly #host: Host;
  readonly #log: Log;
  readonly #waiting = new BoundedMap<string, true>({ most: MOST_FOLLOWED });

  constructor(host: Host, log: Log) {
    this.#host = host;
    this.#log = log;
    host.libp2p.addEventListener("connection:open", this.#onOpen);
    host.libp2p.addEventListener("connection:close", this.#onClose);
  }

  [Symbol.dispose](): void {
    this.#host.libp2p.removeEventListener("connection:open", this.#onOpen);
    this.#host.libp2p.removeEventListener("connection:close", this.#onClose);
  }

  readonly #onOpen = ({ detail }: CustomEvent<Connection>): void => {
    const peer = detail.remotePeer.toString();
    if (isRelayed(detail)) {
      if (detail.direction === "inbound" && !this.#isDirect(detail)) this.#waiting.set(peer, true);
    } else if (this.#waiting.delete(peer)) {
      PROBES.relayed.tell({ outcome: "direct" });
      this.#log.info({ peer }, "a peer that came through a relay is connected without it now");
    }
  };

  readonly #onClose = ({ detail }: CustomEvent<Connection>): void => {
    const peer = detail.remotePeer.toString();
    if (!isRelayed(detail) || !this.#waiting.delete(peer)) return;
    PROBES.relayed.tell({ outcome: "stayed" });
    this.#log.info({ peer }, "a peer stayed on its relay: neither could dial the other; docs/reachability.md says why");
  };

  #isDirect({ remotePeer }: Connection): boolean {
    return this.#host.libp2p.getConnections(remotePeer).some((one) => !isRelayed(one));
  }
}

const isRelayed = ({ limits }: Connection): boolean => limits !== undefined;
