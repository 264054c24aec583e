import { BlockList, isIP } from "node:net";

/** From where an address can be dialled: this machine, its site (a home, an office, a carrier's network), anywhere. */
export type Reach = "machine" | "site" | "internet";
const REACHES: readonly Reach[] = ["machine", "site", "internet"];

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
/** Private, link-local and carrier's own networks. */
const site = new BlockList();
for (const [net, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
] as const)
  site.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of [
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  site.addSubnet(net, prefix, "ipv6");

/** Endings of names that a site's own router answers. */
const SITE_NAMES = /\.(local|lan|internal|home\.arpa)$/;

/**
 * From where a multiaddr can be dialled, by the first host that it names: that of a relayed one is its relay's. One that
 * names none, such as a bare `/p2p-circuit`, leads through a peer that is known already, and counts as known everywhere.
 */
export function reachOf(multiaddr: string): Reach {
  const [, kind = "", host = ""] = multiaddr.split("/");
  if (kind.startsWith("dns")) return reachOfName(host);
  if (kind !== "ip4" && kind !== "ip6") return kind === "p2p" ? "internet" : "machine";
  const family = isIP(host) === 6 ? "ipv6" : "ipv4";
  if (isIP(host) === 0 || loopback.check(host, family)) return "machine";
  return site.check(host, family) ? "site" : "internet";
}

/** A name without a dot is one of a network of containers. */
function reachOfName(name: string): Reach {
  if (name === "localhost" || name.endsWith(".localhost")) return "machine";
  return SITE_NAMES.test(name) || !name.includes(".") ? "site" : "internet";
}

/** Whether the first can be dialled from farther away. */
export const isWider = (one: Reach, other: Reach): boolean => REACHES.indexOf(one) > REACHES.indexOf(other);

/** The widest reach of some addresses; of none, this machine's. */
export const widestReach = (multiaddrs: readonly string[]): Reach =>
  multiaddrs.map(reachOf).reduce((widest, one) => (isWider(one, widest) ? one : widest), "machine");
