import type { QueryEvent } from "@libp2p/kad-dht";
import type { CID } from "multiformats/cid";
import { type DhtMember, findPeers } from "../../../node/src/p2p/discovery/provider-records.ts";
import type { DhtHost } from "./dht-host.ts";
import type { MemoryNetwork } from "./memory-network.ts";

/** As long as a search may take here. */
export const MOST_SECONDS = 10;

/** One search of a client for those who sell a model. */
export interface LookUp {
  /** From peer to peer until the first one that named a seller; 0 if it had a record itself. */
  readonly hops?: number | undefined;
  /** Questions that were sent. */
  readonly messages: number;
  /** Seconds until the first seller that lives was named, if one was, and until the end. */
  readonly foundS?: number | undefined;
  readonly wholeS: number;
  /** Milliseconds of processor, both sides of each question, and what else the process did. */
  readonly cpuMs: number;
  readonly living: number;
  readonly dead: number;
}

/** Searches as a client does, and looks at what the DHT does meanwhile. */
export async function lookUp(network: MemoryNetwork, host: DhtHost, key: string): Promise<LookUp> {
  const { dht } = host.libp2p.services;
  const trail = new Trail(host.peerId);
  const watched = Object.assign(Object.create(dht) as typeof dht, {
    findProviders: (cid: CID, options: object) => trail.follow(dht.findProviders(cid, options)),
  });
  const member: DhtMember = { ...host, libp2p: { services: { dht: watched } } };
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  let [living, dead] = [0, 0];
  let foundS: number | undefined;
  for await (const { peerId } of findPeers(member, key, AbortSignal.timeout(1_000 * MOST_SECONDS))) {
    if (!network.has(peerId)) dead += 1;
    else {
      living += 1;
      foundS ??= (performance.now() - startedMs) / 1000;
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const { hops, messages } = trail;
  return {
    hops,
    messages,
    foundS,
    wholeS: (performance.now() - startedMs) / 1000,
    cpuMs: (user + system) / 1000,
    living,
    dead,
  };
}

/** Who was told of by whom. */
class Trail {
  hops: number | undefined;
  messages = 0;
  readonly #depth = new Map<string, number>();

  constructor(own: string) {
    this.#depth.set(own, 0);
  }

  async *follow(events: AsyncIterable<QueryEvent>): AsyncGenerator<QueryEvent> {
    for await (const event of events) {
      if (event.name === "SEND_QUERY") this.messages += 1;
      if (event.name === "PEER_RESPONSE") {
        const deeper = this.#depthOf(String(event.from)) + 1;
        for (const { id } of event.closer) if (!this.#depth.has(String(id))) this.#depth.set(String(id), deeper);
      }
      if (event.name === "PROVIDER") this.hops ??= this.#depthOf(String(event.from));
      yield event;
    }
  }

  /** Who was asked without being told of is a contact. */
  #depthOf(peerId: string): number {
    return this.#depth.get(peerId) ?? 1;
  }
}
