import type { Address, CompactSignature, Hex, RequestCommitment } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { costUp } from "@lloom/protocol/costs";
import { getBytes, id, type Wallet } from "ethers";
import { type Identity, identityFromSecret } from "../../../../node/src/wallet/identity.ts";
import type { Seeded } from "../../../../protocol/test/seeded.ts";
import { LANE_START, type LaneState } from "../../../support/contracts/lane.ts";
import type { Market } from "../../../support/contracts/market.ts";

/** Base units: more than all answers of a pair cost. */
const ALLOCATED = 2_000_000_000n;
const MODELS = ["loom-small", "loom-large", "loom-code", "loom-voice"] as const;
/** Of a hundred pairs in a batch so many are brought twice, which the contract skips. */
const TWICE = 4;
const QUIET_SECONDS = 1_800;

interface Party {
  readonly wallet: Wallet;
  readonly identity: Identity;
}

interface Pair {
  readonly request: object;
  readonly response: object;
  readonly clientSignature: CompactSignature;
  readonly executorSignature: CompactSignature;
}

interface BulkSizes {
  readonly clients: number;
  readonly executors: number;
  /** Of each client with each executor. */
  readonly lanes: number;
}

/** Clients and executors that settle in full batches, as those do who settle for many. */
export class BulkTrade {
  readonly #market: Market;
  readonly #random: Seeded;
  readonly #clients: readonly Party[];
  readonly #executors: readonly Party[];
  readonly #sizes: BulkSizes;
  readonly #hasher: ReturnType<typeof createCommitmentHasher>;
  readonly #most: number;
  readonly #states = new Map<string, LaneState>();
  readonly #unlocking = new Set<string>();

  private constructor(parts: {
    readonly market: Market;
    readonly random: Seeded;
    readonly clients: readonly Wallet[];
    readonly executors: readonly Wallet[];
    readonly sizes: BulkSizes;
    readonly most: number;
  }) {
    const party = (wallet: Wallet): Party => ({ wallet, identity: identityFromSecret(getBytes(wallet.privateKey)) });
    this.#market = parts.market;
    this.#random = parts.random;
    this.#clients = parts.clients.map(party);
    this.#executors = parts.executors.map(party);
    this.#sizes = parts.sizes;
    this.#most = parts.most;
    const { chainId, verifyingContract } = parts.market.domain;
    this.#hasher = createCommitmentHasher({ chainId: BigInt(chainId ?? 0), accounting: verifyingContract as Address });
  }

  /** Registers the executors, and fills a channel of each client with each of them. */
  static async open(market: Market, random: Seeded, sizes: BulkSizes): Promise<BulkTrade> {
    const names = (role: string, count: number) => Array.from({ length: count }, (_, index) => `bulk ${role} ${index}`);
    const executors = await market.enrolAll(names("executor", sizes.executors));
    const clients: Wallet[] = [];
    for (const name of names("client", sizes.clients)) {
      const all = ALLOCATED * BigInt(sizes.executors + 1);
      const client = await market.fund(name, all);
      await market.accounting.send(client, "deposit", all);
      for (const { address } of executors) await market.accounting.send(client, "allocate", address, ALLOCATED);
      clients.push(client);
    }
    const most = Number(await market.accounting.read("MAX_PAIRS"));
    return new BulkTrade({ market, random, clients, executors, sizes, most });
  }

  /** Settles so many pairs, batch by batch, with some quiet and some other deed between them. */
  async settle(pairs: number, say: (done: number) => void): Promise<void> {
    for (let done = 0; done < pairs; done += this.#most) {
      const deadline = await this.#market.deadline();
      const batch = Array.from({ length: Math.min(this.#most, pairs - done) }, () => this.#next(deadline));
      const last = batch.at(-1);
      if (last !== undefined && batch.length > 1 && this.#random.below(100) < TWICE * 10) batch[0] = last;
      const { wallet } = this.#one(this.#executors);
      await this.#market.accounting.send(wallet, "settle", batch);
      if (this.#random.below(100) < 40) await this.#other();
      await this.#market.networkHelpers.time.increase(1 + this.#random.below(QUIET_SECONDS));
      say(Math.min(done + this.#most, pairs));
    }
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)] as Item;
  }

  /** The next answer of some lane, signed by both. */
  #next(deadline: bigint): Pair {
    const [client, executor] = [this.#one(this.#clients), this.#one(this.#executors)];
    const lane = BigInt(this.#random.below(this.#sizes.lanes));
    const key = `${client.identity.address} ${executor.identity.address} ${lane}`;
    const before = this.#states.get(key) ?? LANE_START;
    const skipped = BigInt(this.#random.below(5));
    const [inboundTokens, outboundTokens] = [
      BigInt(1 + this.#random.below(3_000)),
      BigInt(1 + this.#random.below(900)),
    ];
    const prices = { inboundPrice: 150_000n, outboundPrice: 600_000n };
    // What was answered since the last settlement and is acknowledged by this request.
    const acked = before.cost + skipped * 300n;
    const model = MODELS[Number(lane) % MODELS.length] as string;
    const request: RequestCommitment = {
      client: client.identity.address,
      executor: executor.identity.address,
      model,
      promptHash: id(`prompt ${key}`) as Hex,
      paramsHash: id("temperature 0") as Hex,
      maxInboundTokens: 8_192n,
      maxOutboundTokens: 4_096n,
      ...prices,
      lane,
      nonce: before.nonce + 1n + skipped,
      ackedCost: acked,
      costCap: acked + 1_000_000n,
      prevResponseHash: id(`previous of ${key} ${before.nonce}`) as Hex,
      deadline,
    };
    const requestHash = this.#hasher.hashRequest(request);
    const response = {
      requestHash,
      contentHash: id(`answer ${requestHash}`) as Hex,
      deliveryHash: id("bytes") as Hex,
      traceRoot: `0x${"00".repeat(32)}` as Hex,
      inboundTokens,
      outboundTokens,
      cumulativeCost: acked + costUp({ ...prices, inboundTokens, outboundTokens }),
      cumulativeInbound: before.inbound + inboundTokens + skipped * 100n,
      cumulativeOutbound: before.outbound + outboundTokens + skipped * 40n,
      timestamp: deadline - BigInt(60 + this.#random.below(3_000)),
      finishReason: 1n,
    };
    const responseHash = this.#hasher.hashResponse(response);
    const { nonce } = request;
    const sums = { inbound: response.cumulativeInbound, outbound: response.cumulativeOutbound };
    this.#states.set(key, { nonce, cost: response.cumulativeCost, ...sums, responseHash });
    return {
      request: { ...request, model: id(model) },
      response,
      clientSignature: client.identity.sign(requestHash),
      executorSignature: executor.identity.sign(responseHash),
    };
  }

  /** Something that parties do beside settling. */
  async #other(): Promise<void> {
    const { accounting, networkHelpers } = this.#market;
    const [{ wallet: client }, { wallet: executor }] = [this.#one(this.#clients), this.#one(this.#executors)];
    const channel = `${client.address} ${executor.address}`;
    const kind = this.#random.below(7);
    if (kind === 0) await accounting.send(client, "allocate", executor.address, 1_000n);
    else if (kind === 1) await accounting.send(client, "withdraw", client.address, 777n);
    else if (kind === 2) await accounting.send(executor, "release", client.address, 50n);
    else if (kind === 3) await this.#payOut(executor);
    else if (this.#unlocking.delete(channel)) {
      if (kind < 6) return void (await accounting.send(client, "cancelUnlock", executor.address));
      await networkHelpers.time.increase(24 * 3_600 + 1);
      await accounting.send(client, "finalizeUnlock", executor.address);
    } else {
      this.#unlocking.add(channel);
      await accounting.send(client, "requestUnlock", executor.address, 5_000n);
    }
  }

  async #payOut(executor: Wallet): Promise<void> {
    const { accounting } = this.#market;
    const isNothing = (await accounting.refusal(executor, "withdrawEarnings", executor.address)) !== "accepted";
    if (!isNothing) await accounting.send(executor, "withdrawEarnings", executor.address);
  }
}
