// A thousand keys without a coin that flood offers: by gossip, through a few hosts that pass on what the keys sign, and in
// answer to whoever asks these hosts. As fast as one process can, until SIGINT or so many; a host that everybody has
// banned is replaced by one with a new key. Prints how many went out, at the end.
//
// usage: node test/support/attack/flood-process.ts CHAIN_ID ACCOUNTING BOOTSTRAP SEED
import { randomBytes } from "node:crypto";
import { setTimeout as pause, setImmediate } from "node:timers/promises";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { untilStopped } from "../../../node/src/daemon.ts";
import { createLog } from "../../../node/src/log.ts";
import { createHost, type Host } from "../../../node/src/p2p/host/host.ts";
import { serveRpc } from "../../../node/src/p2p/rpc/rpc.ts";
import { floodKey } from "./cast.ts";
import { FloodKey } from "./flood-key.ts";

const [chainId = "0", accounting = "", bootstrap = "", seed = "0"] = process.argv.slice(2);
const KEYS = 1000;
const HOSTS = 3;
/** More than an attack lasts. */
const MOST_GOSSIPED = 200_000;
/** Offers between two looks at who is still connected. */
const LOOK_EVERY = 100;
const ANSWER_MS = 10_000;
const CONNECT_MS = 10_000;
const LOOK_MS = 50;

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const { signal } = stop;
const log = createLog({ level: "silent", name: "flood" });
const network = { chainId: BigInt(chainId), accounting: accounting as Address };
const { hashOffer } = createCommitmentHasher(network);
const keys = Array.from({ length: KEYS }, (_, index) => new FloodKey(floodKey(Number(seed), index), hashOffer));
const next = <T>(items: readonly T[], turn: number): T => items[turn % items.length] as T;
let told = 0;
let gossiped = 0;

await using stack = new AsyncDisposableStack();
const openHost = async (): Promise<Host> => {
  const secret = randomBytes(32);
  const listen = ["/ip4/127.0.0.1/tcp/0"];
  const host = stack.use(
    await createHost({ secret, network, listen, bootstrap: bootstrap.split(","), dhtServer: true, log }),
  );
  let answer: { readonly signed: SignedOffer[]; readonly atMs: number } | undefined;
  // Made once in a while, so that telling leaves time for gossip.
  const offers = () => {
    if (answer === undefined || answer.atMs < performance.now() - ANSWER_MS) {
      const signed = Array.from({ length: WIRE_LIMITS.offers }, (_, index) => next(keys, told + index).offer());
      answer = { signed, atMs: performance.now() };
    }
    told += answer.signed.length;
    return answer.signed;
  };
  const health = () => ({ role: "executor" as const, version: "0", uptimeMs: 0, peers: 0, offers: 0, load: 0 });
  stack.use(await serveRpc(host, { offers, health, log }));
  for (let waited = 0; host.peers() === 0 && waited < CONNECT_MS && !signal.aborted; waited += LOOK_MS)
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
  return host;
};
const hosts = await Promise.all(Array.from({ length: HOSTS }, openHost));
let opened = hosts.length;
/** Somebody else's node is still connected. */
const isHeard = (host: Host): boolean => host.connected().some((peerId) => !hosts.some((own) => own.peerId === peerId));
const replaceBanned = async (): Promise<void> => {
  for (const [index, host] of hosts.entries())
    if (!isHeard(host)) {
      await host[Symbol.asyncDispose]();
      hosts[index] = await openHost();
      opened += 1;
    }
};
console.log("ready");
while (!signal.aborted && gossiped < MOST_GOSSIPED) {
  await next(keys, gossiped).gossip(next(hosts, gossiped));
  gossiped += 1;
  // Others have to get a turn: what was gossiped has to go out, and the signal to come in.
  await setImmediate();
  if (gossiped % LOOK_EVERY === 0) await replaceBanned();
}
await untilStopped(signal);
console.log(JSON.stringify({ told, gossiped, opened }));
