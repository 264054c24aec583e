import { randomBytes } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { asLloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { connect } from "../../p2p/host/dial.ts";
import { createHost, type Host } from "../../p2p/host/host.ts";
import { announce, type CommandContext } from "../command.ts";

/** From where an address can be dialled. */
type Reach = "machine" | "site" | "internet";
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

/** From where a multiaddr of IP or DNS can be dialled; names are taken to be known everywhere, but for localhost. */
export function reachOf(multiaddr: string): Reach {
  const [, kind = "", host = ""] = multiaddr.split("/");
  const family = isIP(host) === 6 ? "ipv6" : "ipv4";
  if (kind.startsWith("dns")) return host === "localhost" ? "machine" : "internet";
  if (isIP(host) === 0 || loopback.check(host, family)) return "machine";
  return site.check(host, family) ? "site" : "internet";
}

const widest = (multiaddrs: readonly string[]): number =>
  Math.max(0, ...multiaddrs.map((one) => REACHES.indexOf(reachOf(one))));

const CHECK_MS = 10_000;

/**
 * Says what stands against others dialling this node: that it names no address from where its network is, or that it does not
 * answer at one that it announces. Never throws; a node works without, for those who reach it.
 */
export async function warnUnreachable(context: CommandContext, host: Host): Promise<void> {
  const { announce: announced, bootstrap } = context.settings;
  const own = host.multiaddrs();
  if (widest(own) < widest(bootstrap)) {
    const port = /\/tcp\/(\d+)/.exec(own[0] ?? "")?.[1] ?? "4001";
    warn(context, {
      problem: `Others cannot dial this node: it names only ${own.map((one) => one.replace(/\/p2p\/.*/, "")).join(", ") || "no address"}.`,
      next: `Listen on all interfaces, let the port through router and firewall (in Docker: -p ${port}:${port}), and say where: --listen /ip4/0.0.0.0/tcp/${port} --announce /ip4/YOUR.PUBLIC.ADDRESS/tcp/${port}`,
    });
  }
  for (const address of announced) {
    const problem = await dialSelf(host, address, context.signal);
    if (problem === undefined || context.signal.aborted) continue;
    warn(context, {
      problem: `This node does not answer at the announced ${address}, tried from this machine: ${problem}`,
      next: "Check that the port is forwarded and open. Some routers do not let a machine dial its own public address; then try from elsewhere.",
    });
  }
}

function warn(context: CommandContext, warning: { readonly problem: string; readonly next: string }): void {
  context.log.warn(warning, "others may not reach this node");
  announce(context, { event: "warning", of: "reach", ...warning }, `Warning: ${warning.problem}\n  ${warning.next}`);
}

/** Dials the node as a stranger would; returns why that failed. */
async function dialSelf({ peerId, network }: Host, address: string, stopped: AbortSignal): Promise<string | undefined> {
  const log = createLog({ level: "silent", name: "reach" });
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(CHECK_MS)]);
  try {
    const stranger = { secret: randomBytes(32), network, listen: [], bootstrap: [], dhtServer: false, log };
    await using host = await createHost(stranger);
    const whole = address.includes("/p2p/") ? address : `${address}/p2p/${peerId}`;
    await connect(host, { peerId, multiaddrs: [whole] }, signal);
    return undefined;
  } catch (thrown) {
    return asLloomError(thrown).message;
  }
}
