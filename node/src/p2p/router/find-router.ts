import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import { describe, order } from "./order.ts";
import { controlsOf, type RouterControl } from "./router-description.ts";

/** Where UPnP has devices listen. */
const SSDP = { address: "239.255.255.250", port: 1900 } as const;
/** A device may take one second to answer (MX); a datagram may be lost, so each is sent twice. */
const SEARCH_MS = 1_500;
const ASK_TWICE_AFTER_MS = 300;
/** Interfaces that are searched, and answers that are looked at: a site has one router, seldom two. */
const MOST_INTERFACES = 4;
const MOST_ANSWERS = 8;
const TARGETS = [1, 2].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`);

/** A router that takes orders. */
export interface FoundRouter {
  readonly control: RouterControl;
  /** Its own address on the other side. */
  readonly outside: string;
  /** This machine's address on its side. */
  readonly inside: string;
}

export interface FindRouterOptions {
  /** Addresses of this machine on its site. */
  readonly insides: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly ssdp?: { readonly address: string; readonly port: number };
}

/** Asks every site that this machine is on for a router that takes orders by UPnP; undefined if none answers. */
export async function findRouter(options: FindRouterOptions): Promise<FoundRouter | undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const searches = options.insides.slice(0, MOST_INTERFACES).map((inside) => search(inside, { ...options, signal }));
  try {
    return await Promise.any(searches);
  } catch {
    return undefined;
  } finally {
    over.abort();
  }
}

/** Rejects when nobody there is of use. */
async function search(inside: string, { log, signal, ssdp = SSDP }: FindRouterOptions): Promise<FoundRouter> {
  const socket = createSocket("udp4");
  const looks: Promise<FoundRouter>[] = [];
  const seen = new Set<string>();
  const found = Promise.withResolvers<FoundRouter>();
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  socket.on("error", (cause) => log.debug({ problem: cause.message, inside }, "no search for a router here"));
  socket.on("message", (message, { address }) => {
    const location = locationOf(message.toString("latin1"), address);
    if (location === undefined || seen.has(location.href) || seen.size >= MOST_ANSWERS) return;
    seen.add(location.href);
    const look = lookAt(location, { inside, signal: ended });
    looks.push(look);
    look.then(found.resolve, (thrown: unknown) =>
      log.debug({ location: location.href, problem: asLloomError(thrown).message }, "a router is of no use"),
    );
  });
  try {
    socket.bind(0, inside);
    await once(socket, "listening", { signal: ended });
    const asking = ask(socket, { inside, ssdp, signal: ended }).then(() => Promise.any(looks));
    return await Promise.race([found.promise, asking]);
  } finally {
    over.abort();
    socket.close();
  }
}

async function ask(
  socket: Socket,
  { inside, ssdp, signal }: Required<Pick<FindRouterOptions, "ssdp" | "signal">> & { readonly inside: string },
): Promise<void> {
  socket.setMulticastInterface(inside);
  const { address, port } = ssdp;
  for (const waitMs of [ASK_TWICE_AFTER_MS, SEARCH_MS]) {
    for (const target of TARGETS) {
      const head = ["M-SEARCH * HTTP/1.1", `HOST: ${address}:${port}`, 'MAN: "ssdp:discover"'];
      socket.send([...head, "MX: 1", `ST: ${target}`, "", ""].join("\r\n"), port, address);
    }
    await pause(waitMs, signal);
    if (signal.aborted) return;
  }
}

/** Where the answerer describes itself, if it is a router and does so at its own address. */
function locationOf(answer: string, answerer: string): URL | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(\\S+)`, "im").exec(answer.slice(0, 2_048))?.[1];
  if (!/^HTTP\/1\.1 200 /.test(answer) || !TARGETS.includes(field("ST") ?? "")) return undefined;
  const location = URL.parse(field("LOCATION") ?? "");
  return location?.protocol === "http:" && location.hostname === answerer ? location : undefined;
}

/** The first of its ways out that has an address there. */
async function lookAt(
  location: URL,
  { inside, signal }: { readonly inside: string; readonly signal: AbortSignal },
): Promise<FoundRouter> {
  let problem: unknown = new LloomError("RESPONSE_INVALID", "It has no connection to the internet.");
  for (const control of controlsOf(await describe(location.href, signal), location)) {
    try {
      const outside = await outsideOf(control, signal);
      if (outside !== undefined) return { control, outside, inside };
    } catch (thrown) {
      problem = thrown;
    }
  }
  throw problem;
}

/** The router's address on the other side; undefined while that connection is down. */
export async function outsideOf(control: RouterControl, signal: AbortSignal): Promise<string | undefined> {
  const answer = await order(control, { action: "GetExternalIPAddress" }, signal);
  const address = answer.type === "done" ? answer.field("NewExternalIPAddress") : undefined;
  return address !== undefined && /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && address !== "0.0.0.0"
    ? address
    : undefined;
}
