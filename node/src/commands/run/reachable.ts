import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { asLloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { connect } from "../../p2p/host/dial.ts";
import { createHost, type Host } from "../../p2p/host/host.ts";
import { isWider, widestReach } from "../../p2p/host/reach.ts";
import { keepReachable, type Reachability } from "../../p2p/reach/keep-reachable.ts";
import { RelayedPeers } from "../../p2p/reach/relayed-peers.ts";
import { PortForwarding } from "../../p2p/router/port-forwarding.ts";
import { wallClock } from "../../primitives/clock.ts";
import { PROBES } from "../../primitives/probes.ts";
import type { SettingName } from "../../settings.ts";
import { announce, type CommandContext } from "../command.ts";
import { reachFile, reachRemedy, reachSentence } from "../reach-words.ts";

const CHECK_MS = 10_000;

/**
 * Says what stands against others dialling this node: that it names no address from where its network is, or that it does not
 * answer at one that it announces. Never throws; a node works without, for those who reach it.
 */
export async function warnUnreachable(context: CommandContext, host: Host): Promise<void> {
  const { announce: announced, bootstrap } = context.settings;
  host.multiaddrs();
  const { own } = host.scope;
  if (isWider(widestReach(bootstrap), widestReach(own))) {
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

/** Settings of how a node finds out who can call it, and has the router forward. */
export const REACH_NAMES = ["upnp"] as const satisfies readonly SettingName[];

/** Finds out for as long as the node runs who can call it, and says so here and to `lloom status`. */
export function followReach(context: CommandContext, host: Host): void {
  const { stack, log, signal, settings } = context;
  const path = reachFile(settings);
  const stop = new AbortController();
  const onChange = (found: Reachability): void => {
    writeFileSync(path, JSON.stringify({ at: new Date(wallClock()).toISOString(), found }), { mode: 0o600 });
    const remedy = reachRemedy(found);
    log.info({ reach: found }, "who can call this node");
    PROBES.reach.tell({ how: howOf(found) });
    const event = { event: "reach", ...found, ...(remedy === undefined ? {} : { next: remedy }) };
    if (found.type === "open" || found.type === "closed")
      announce(
        context,
        event,
        [`Reach: ${reachSentence(found)}.`, ...(remedy === undefined ? [] : [`  ${remedy}`])].join("\n"),
      );
  };
  // Who says where it is reached has forwarded there already.
  const router = settings.upnp === "on" && settings.announce.length === 0 ? new PortForwarding({ log }) : undefined;
  if (router !== undefined) stack.use(router);
  stack.use(new RelayedPeers(host, log));
  const following = keepReachable({ host, log, router, signal: AbortSignal.any([signal, stop.signal]), onChange });
  stack.defer(async () => {
    stop.abort();
    await following;
    rmSync(path, { force: true });
  });
}

/** How it is called, in a word for whoever measures it. */
function howOf(found: Reachability): "machine" | "unknown" | "direct" | "relayed" | "nobody" {
  switch (found.type) {
    case "machine":
      return "machine";
    case "untried":
      return "unknown";
    case "open":
      return "direct";
    case "closed":
      return found.relayed ? "relayed" : "nobody";
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
