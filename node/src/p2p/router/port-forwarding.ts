import { randomInt } from "node:crypto";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { type Reach, reachOf } from "../host/reach.ts";
import { type FindRouterOptions, type FoundRouter, findRouter, outsideOf } from "./find-router.ts";
import { order } from "./order.ts";

/** What the router of this site said when it was asked to forward. */
export type RouterWord =
  /** Nobody answered. */
  | { readonly type: "silent" }
  /** It does. */
  | { readonly type: "forwards" }
  /** Its own address is one that nobody on the internet can call. */
  | { readonly type: "shared"; readonly address: string }
  | { readonly type: "refuses"; readonly why: string };

/** Renewed with every look at whether this node can be called, which is every ten minutes. */
const LEASE_SECONDS = 3_600;
/** Ports that are tried at most where the node's own is taken by another machine. */
const MOST_TRIES = 4;
const REMOVE_MS = 2_000;
/** Ports that this node may have forwarded; it asks to be dialled at as many. */
const MOST_PORTS = 4;
/** Errors of UPnP (WANIPConnection 2.5.16) that have a way round them. */
const TAKEN: readonly number[] = [718, 729];
const PERMANENT_ALONE = 725;

interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

export interface PortForwardingOptions {
  readonly log: Log;
  /** Where routers are asked for. */
  readonly ssdp?: FindRouterOptions["ssdp"];
  /** From where the router is called: a site, other than in a test. */
  readonly side?: Reach;
}

/**
 * Has the router of this site forward the ports at which this node listens, by UPnP: for an hour at a time, and no longer than the
 * node runs. Disposing of it takes them back.
 */
export class PortForwarding implements AsyncDisposable {
  readonly #options: PortForwardingOptions;
  #router: FoundRouter | undefined;
  /** Ports of the router by those of this node. */
  readonly #outer = new Map<string, number>();

  constructor(options: PortForwardingOptions) {
    this.#options = options;
  }

  /** Whether it has forwarded anything, so that this has to be renewed. */
  get isForwarding(): boolean {
    return this.#outer.size > 0;
  }

  /** The end of an address (`/tcp/4001`) as it is on the router's other side. */
  outsideEnd(end: string): string {
    return end.replace(/^\/(tcp|udp)\/(\d+)/, (own, protocol: string, port: string) => {
      const outer = this.#outer.get(`${protocol.toUpperCase()} ${port}`);
      return outer === undefined ? own : `/${protocol}/${outer}`;
    });
  }

  /** Asks for all ports of these addresses, or renews what was given. Never throws. */
  async forward(own: readonly string[], signal: AbortSignal): Promise<RouterWord> {
    const { log, ssdp, side = "site" } = this.#options;
    const there = own.filter((address) => isDirectV4(address) && reachOf(address) === side);
    const insides = [...new Set(there.map(hostOf))];
    try {
      this.#router ??= await findRouter({ insides, log, signal, ...(ssdp && { ssdp }) });
      const router = this.#router;
      if (router === undefined) return { type: "silent" };
      const outside = (await outsideOf(router.control, signal)) ?? router.outside;
      if (reachOf(`/ip4/${outside}`) !== "internet") return { type: "shared", address: outside };
      let word: RouterWord = { type: "refuses", why: "this node listens at no address of its side" };
      for (const port of portsOf(there, router.inside)) {
        word = await this.#add(router, port, signal);
        if (word.type !== "forwards") break;
      }
      return word;
    } catch (thrown) {
      this.#router = undefined;
      const { message } = asLloomError(thrown);
      log.debug({ problem: message }, "the router does not answer any more");
      return { type: "silent" };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const control = this.#router?.control;
    if (control === undefined) return;
    const signal = AbortSignal.timeout(REMOVE_MS);
    for (const [name, outer] of this.#outer) {
      const values = { NewRemoteHost: "", NewExternalPort: outer, NewProtocol: name.slice(0, 3) };
      await order(control, { action: "DeletePortMapping", values }, signal).catch((thrown: unknown) =>
        this.#options.log.debug(
          { problem: asLloomError(thrown).message },
          "the router keeps a port until its time is over",
        ),
      );
    }
    this.#outer.clear();
  }

  async #add({ control, inside }: FoundRouter, { protocol, port }: Port, signal: AbortSignal): Promise<RouterWord> {
    const name = `${protocol} ${port}`;
    let outer = this.#outer.get(name) ?? port;
    let lease = LEASE_SECONDS;
    let why = "";
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const values = {
        ...{ NewRemoteHost: "", NewExternalPort: outer, NewProtocol: protocol, NewInternalPort: port },
        ...{ NewInternalClient: inside, NewEnabled: 1, NewPortMappingDescription: "lloom", NewLeaseDuration: lease },
      };
      const answer = await order(control, { action: "AddPortMapping", values }, signal);
      if (answer.type === "done") {
        if (this.#outer.get(name) !== outer)
          this.#options.log.info({ port: name, outer }, "the router forwards a port to this node");
        this.#outer.set(name, outer);
        return { type: "forwards" };
      }
      why = `${answer.why} (error ${answer.number} of UPnP)`;
      if (answer.number === PERMANENT_ALONE && lease > 0) lease = 0;
      else if (TAKEN.includes(answer.number)) outer = randomInt(20_000, 60_000);
      else break;
    }
    this.#outer.delete(name);
    return { type: "refuses", why };
  }
}

const isDirectV4 = (address: string): boolean => address.startsWith("/ip4/") && !address.includes("/p2p-circuit");
const hostOf = (address: string): string => address.split("/")[2] ?? "";

/** Ports at which this node listens on the router's side. */
function portsOf(there: readonly string[], inside: string): Port[] {
  const found = new Map<string, Port>();
  for (const address of there) {
    if (hostOf(address) !== inside) continue;
    const [name = "", protocol, port] = /^(tcp|udp)\/(\d+)/.exec(address.split("/").slice(3).join("/")) ?? [];
    if (name !== "") found.set(name, { protocol: protocol === "tcp" ? "TCP" : "UDP", port: Number(port) });
  }
  return [...found.values()].slice(0, MOST_PORTS);
}
