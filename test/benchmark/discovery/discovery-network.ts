import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerIdAt } from "@lloom/protocol/offers";
import { DEVNET_ACCOUNTS } from "../../../devnet/src/accounts.ts";
import { startChain } from "../../../devnet/src/chain.ts";
import { buildContracts, deployContracts } from "../../../devnet/src/deployment.ts";
import { beat } from "../../../devnet/src/heartbeat.ts";
import { Ports } from "../../../devnet/src/ports.ts";
import { openRunFolder } from "../../../devnet/src/run-folder.ts";
import { Supervisor } from "../../../devnet/src/supervisor.ts";
import { secretPeer } from "../../../node/src/p2p/host/secret-peer.ts";
import { type Identity, identityFromSecret } from "../../../node/src/wallet/identity.ts";

import type { Meeting } from "./bench-clients.ts";
import { BenchProcess } from "./bench-process.ts";
import { seatExecutors } from "./seat-executors.ts";
import { MODEL } from "./worker-words.ts";

/** Executors with a host of their own, by process. */
const PROCESSES = 8;
const EXECUTORS_EACH = 3;
export const REAL = PROCESSES * EXECUTORS_EACH;
/** Executors in all; those without a host are a stake on the chain and an offer that a stand-in for a validator tells. */
export const ALL = 1_000;
/** Stand-ins: one call tells 512 offers at most. */
const STAND_INS = 2;
const FIRST_CHAIN_PORT = 18_645;
/** Base units per 1 000 000 tokens of the cheapest; each further one asks a tenth more, simulated ones more than all. */
const CHEAPEST = 1_000_000;
const STEP = 1.1;

/** An executor with a host. */
export interface RealExecutor {
  readonly address: Address;
  readonly multiaddrs: readonly string[];
  readonly price: bigint;
  readonly process: BenchProcess;
}

export interface DiscoveryNetwork {
  readonly meeting: Meeting;
  /** The cheapest first. */
  readonly executors: readonly RealExecutor[];
}

const startedMs = performance.now();
export const say = (text: string): void =>
  void process.stderr.write(`  ${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s: ${text} …\n`);

/** Chain, validator, stand-ins and executors; all of it ends with the stack. */
export async function startDiscoveryNetwork(
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<DiscoveryNetwork> {
  const { dataDir: dir, logDir, home } = stack.use(openRunFolder());
  const ports = stack.use(new Ports());
  const supervisor = stack.use(new Supervisor(logDir, { home, tell: say }));
  say("chain and contracts");
  const rpcUrl = await startChain(supervisor, await ports.next(FIRST_CHAIN_PORT), signal);
  const deployment = await deployContracts(rpcUrl, await buildContracts(supervisor));
  void beat(rpcUrl, signal);
  const identities = Array.from({ length: ALL }, () => identityFromSecret(randomBytes(32)));
  say(`stakes of ${ALL} executors`);
  await seatExecutors({ rpcUrl, deployment }, identities);
  const { accounting } = deployment;
  const simulated = identities.slice(REAL);
  const joining = { rpcUrl, accounting, dir, bootstrap: [] };
  say(`validator, and ${STAND_INS} stand-ins that tell ${simulated.length} simulated offers`);
  const anchor = stack.use(new BenchProcess());
  const domain = { chainId: 31_337n, accounting };
  const [multiaddrs = []] = (
    await anchor.order({
      ...{ kind: "anchor", ...joining, told: simulated.map((one, index) => simulatedOffer(one, domain, index)) },
      secrets: [bytesToHex(DEVNET_ACCOUNTS.validators[0]?.secret ?? randomBytes(32)), newSecret(), newSecret()],
    })
  ).multiaddrs;
  say(`${REAL} executors in ${PROCESSES} processes`);
  const executors: RealExecutor[] = [];
  const startProcess = async (number: number): Promise<void> => {
    const bench = stack.use(new BenchProcess());
    const places = placesOf(number);
    const sold = places.map((place) => ({
      secret: bytesToHex((identities[place] as Identity).secret),
      price: priceAt(place),
    }));
    const own = join(dir, `executors-${number}`);
    mkdirSync(own);
    const done = await bench.order({ kind: "executors", ...joining, dir: own, bootstrap: multiaddrs, sold });
    for (const [index, place] of places.entries()) {
      const { address } = identities[place] as Identity;
      executors[place] = {
        ...{ address, multiaddrs: done.multiaddrs[index] ?? [] },
        ...{ price: priceAt(place), process: bench },
      };
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, (_, number) => startProcess(number)));
  return { executors, meeting: { rpcUrl, deployment, dir, bootstrap: multiaddrs, signal } };
}

const newSecret = (): Hex => bytesToHex(randomBytes(32));
const priceAt = (place: number): bigint => BigInt(Math.round(CHEAPEST * STEP ** place));

/**
 * By price, which executors a process has. The first four have those that are killed (12 to 15) and cheaper ones, the others
 * the dearest: whoever is killed, somebody dearer lives.
 */
const placesOf = (number: number): number[] =>
  number < 4 ? [number, number + 4, number + 12] : [number + 4, number + 12, number + 16];

function simulatedOffer(
  { address, secret, sign }: Identity,
  domain: Parameters<typeof createCommitmentHasher>[0],
  index: number,
): SignedOffer {
  const nowMs = Date.now();
  const price = priceAt(REAL) + BigInt(index);
  const offer = {
    ...{ executor: address, offerId: offerIdAt(nowMs, 1), model: MODEL, weightsHash: ZERO_HASH },
    ...{ profileHash: ZERO_HASH, inboundPrice: price, outboundPrice: price, maxContext: 4096n },
    validUntil: BigInt(Math.floor(nowMs / 1000) + 550),
  };
  const signature = sign(createCommitmentHasher(domain).hashOffer(offer));
  const multiaddrs = [`/ip4/127.0.0.1/tcp/1/p2p/${secretPeer(secret)}`];
  return { offer, signature, multiaddrs, capacity: 4, load: 0, sentAt: nowMs };
}
