import type { Connection, Stream } from "@libp2p/interface";
import { INFER_PROTOCOL } from "@lloom/protocol/names";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { PROBES } from "../../primitives/probes.ts";
import { isDirect } from "../host/dial.ts";
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
      keepWhileAnswering(this.#host, detail);
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

/** What a connection may take to say goodbye. */
const GOODBYE_MS = 5_000;

/**
 * The library closes a relayed connection as soon as there is one without the relay, whatever is under way on it: an answer that had begun
 * would be cut, and asked for again. So such an end waits for the streams of answers, which the client closes when it has moved
 * to the other connection. The relay's own limits end them in any case.
 */
function keepWhileAnswering(host: Host, connection: Connection): void {
  const close = connection.close.bind(connection);
  const peerId = connection.remotePeer.toString();
  connection.close = async (options) => {
    if (!isDirect(host, peerId) || host.isBanned(peerId)) return close(options);
    for (;;) {
      const answers = connection.streams.filter(({ protocol }) => protocol === INFER_PROTOCOL);
      if (answers.length === 0) break;
      await Promise.all(answers.map(ended));
    }
    await close({ signal: AbortSignal.timeout(GOODBYE_MS) });
  };
}

/** Also when it was reset, or its connection lost. */
const ended = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.status !== "open" && stream.status !== "closing") resolve();
    else stream.addEventListener("close", () => resolve(), { once: true });
  });

const isRelayed = ({ limits }: Connection): boolean => limits !== undefined;
