import { multiaddr } from "@multiformats/multiaddr";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import type { Host } from "../host/host.ts";
import type { PortForwarding, RouterWord } from "../router/port-forwarding.ts";
import { callReach } from "../rpc/rpc-calls.ts";

/** Who can call this node, as far as it knows. */
export type Reachability =
  /** All of its network is on this machine. */
  | { readonly type: "machine" }
  /** Nobody has tried yet: no validator to ask, or none that tries. */
  | { readonly type: "untried" }
  /** Others have reached it here; `byRouter`: the router forwards since it was asked to. */
  | { readonly type: "open"; readonly at: readonly string[]; readonly byRouter?: true | undefined }
  /**
   * Nobody answered at the host that others see, at these ends of addresses; `relayed`: it is called through a relay; `router`: what
   * the router said when it was asked to forward, if it was.
   */
  | {
      readonly type: "closed";
      readonly from: string;
      readonly ends: readonly string[];
      readonly relayed: boolean;
      readonly router?: RouterWord | undefined;
    };

export interface KeepReachableOptions {
  readonly host: Host;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Asks the router to forward, where it is wanted. */
  readonly router?: Pick<PortForwarding, "isForwarding" | "outsideEnd" | "forward"> | undefined;
  /** What changed is told, and what was found first. */
  readonly onChange: (found: Reachability) => void;
  /** Milliseconds. */
  readonly pace?: Partial<typeof PACE>;
}

const PACE = {
  /** While nobody could be asked. */
  untriedMs: 2_000,
  /** Routers forget, and providers change addresses. */
  againMs: 10 * 60_000,
  /** After it was reached nowhere: its owner may be mending it just now. */
  closedMs: 60_000,
};
const CALL_MS = 10_000;
/** Peers that one look asks at most; whoever is no validator says so at once. */
const MOST_ASKED = 4;
/** Ends that one call may ask about. */
const MOST_ENDS = 4;

/**
 * Finds out whether others can call this node, by having the peers that it joined through dial it back; tells others the
 * addresses at which they reached it. When they did not, the router is asked to forward, and at last a place at a relay is
 * taken. A network on one machine needs none of it. Returns at the signal.
 */
export async function keepReachable(options: KeepReachableOptions): Promise<void> {
  const { signal, onChange } = options;
  const pace = { ...PACE, ...options.pace };
  let told = "";
  while (!signal.aborted) {
    const found = await look(options);
    const word = JSON.stringify(found);
    if (word !== told) onChange(found);
    told = word;
    if (found.type === "machine") return;
    const { untriedMs, closedMs, againMs } = pace;
    await pause(found.type === "open" ? againMs : found.type === "closed" ? closedMs : untriedMs, signal);
  }
}

async function look(options: KeepReachableOptions): Promise<Reachability> {
  const { host, router, signal } = options;
  host.multiaddrs();
  const { scope } = host;
  if (scope.reach === "machine") return { type: "machine" };
  if (router?.isForwarding === true) await router.forward(scope.own, signal);
  let said = await ask(options);
  if (said === undefined) return { type: "untried" };
  let word: RouterWord | undefined;
  if (said.reached.length === 0) {
    word = await router?.forward(scope.own, signal);
    if (word?.type === "forwards") said = (await ask(options)) ?? said;
  }
  const { from, ends, reached } = said;
  await host.serveDht(reached.length > 0);
  if (reached.length > 0) return opened(host, { from, reached, byRouter: router?.isForwarding === true });
  await host.listenRelayed();
  const relayed = host.multiaddrs().some((address) => address.includes(RELAYED));
  return { type: "closed", from, ends, relayed, ...(word && { router: word }) };
}

interface Said {
  readonly from: string;
  readonly ends: readonly string[];
  readonly reached: readonly string[];
}

/** What the first peer says that dials this node back; undefined if none does. */
async function ask({ host, router, log, signal }: KeepReachableOptions): Promise<Said | undefined> {
  const own = endsOf(host.scope.own);
  const ends = router === undefined ? own : [...new Set(own.map((end) => router.outsideEnd(end)))];
  for (const peerId of whomToAsk(host)) {
    try {
      const target = { peerId, multiaddrs: [] };
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
      return { ends, ...(await callReach(host, { target, signal: deadline }, ends)) };
    } catch (thrown) {
      const { code, message } = asLloomError(thrown);
      log.debug({ peer: peerId, code, problem: message }, "a peer does not say whether it reaches this node");
    }
  }
  return undefined;
}

/** Peers that may be validators: those that it joined through, then others that it is connected to. */
function whomToAsk(host: Host): string[] {
  const connected = host.connected();
  const anchors = host.anchors.filter((peerId) => connected.includes(peerId));
  return [...new Set([...anchors, ...connected])].slice(0, MOST_ASKED);
}

const RELAYED = "/p2p-circuit";

/** Others are told these addresses from now on, if they are as wide as the network. */
function opened(
  host: Host,
  { from, reached, byRouter }: Omit<Said, "ends"> & { readonly byRouter: boolean },
): Reachability {
  const at = reached.map((end) => `${from}${end}`);
  host.scope.setReached(at.map((address) => multiaddr(`${address}/p2p/${host.peerId}`)));
  return { type: "open", at, ...(byRouter && { byRouter }) };
}

/** What follows the host in the addresses at which a node listens, each once; those that name a relay have none. */
function endsOf(own: readonly string[]): string[] {
  const direct = own.filter((address) => !address.includes(RELAYED));
  const ends = direct.map((address) => address.replace(/\/p2p\/[^/]+$/, "").replace(/^\/[^/]+\/[^/]+/, ""));
  return [...new Set(ends)].slice(0, MOST_ENDS);
}
