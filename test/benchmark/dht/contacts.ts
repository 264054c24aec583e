import { createHash } from "node:crypto";
import type { DhtHost } from "./dht-host.ts";

/** Kademlia's k: contacts of one distance. */
const OF_ONE_DISTANCE = 20;

/**
 * What Kademlia asks every host to know: of those that share so many first bits of their place with it, twenty at most, by chance.
 */
export function contactsFor(hosts: readonly DhtHost[]): Map<DhtHost, DhtHost[]> {
  const places = hosts.map(({ libp2p }) => createHash("sha256").update(libp2p.peerId.toMultihash().bytes).digest());
  return new Map(hosts.map((host, own) => [host, contactsOf(hosts, places, own)]));
}

function contactsOf(hosts: readonly DhtHost[], places: readonly Buffer[], own: number): DhtHost[] {
  const of = new Map<number, number>();
  const contacts: DhtHost[] = [];
  const start = Math.floor(Math.random() * hosts.length);
  for (let step = 0; step < hosts.length; step += 1) {
    const index = (start + step) % hosts.length;
    const [host, here, there] = [hosts[index], places[own], places[index]];
    if (index === own || host === undefined || here === undefined || there === undefined) continue;
    const shared = Math.clz32(here.readUInt32BE() ^ there.readUInt32BE());
    const known = of.get(shared) ?? 0;
    if (known >= OF_ONE_DISTANCE) continue;
    of.set(shared, known + 1);
    contacts.push(host);
  }
  return contacts;
}
