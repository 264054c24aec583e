import type { ChannelFunds } from "@lloom/protocol/channel-money";
import type { Address } from "@lloom/protocol/commitment-types";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Clock } from "../../primitives/clock.ts";

/** A channel as the chain last told it. */
export interface KnownChannel extends ChannelFunds {
  /** How far the chain's clock was ahead of this machine's; unlock times are the chain's. */
  readonly skewSeconds: bigint;
}

/** Clients remembered at most; the one asked for longest ago goes first. */
const MOST_CHANNELS = 10_000;

const LONGEST_AGE_SECONDS = 3600n;

/**
 * How long a channel is believed while no event comes: the watch may be blind. Money that a client asks back right after the
 * read is still there for longer than the margin before its unlock, in which nothing more is served.
 */
export const longestChannelAgeMs = (unlockMarginSeconds: bigint): number =>
  Number(unlockMarginSeconds < LONGEST_AGE_SECONDS ? unlockMarginSeconds : LONGEST_AGE_SECONDS) * 1000;

export interface ChannelCacheOptions {
  readonly clock: Clock;
  readonly longestAgeMs: number;
}

interface Kept {
  readonly channel: KnownChannel;
  readonly readAtMs: number;
}

/**
 * What the chain says about this executor's channels: read at first contact, kept until an event or an own transaction
 * says that it changed, or until it is too old.
 */
export class ChannelCache {
  readonly #read: (client: Address) => Promise<KnownChannel>;
  readonly #options: ChannelCacheOptions;
  readonly #known = new BoundedMap<Address, Kept>({ most: MOST_CHANNELS });
  /** Reads under way, so that one overtaken by a change is not kept. */
  readonly #reading = new Map<Address, Promise<KnownChannel>>();

  constructor(read: (client: Address) => Promise<KnownChannel>, options: ChannelCacheOptions) {
    this.#read = read;
    this.#options = options;
  }

  /** What is known already; undefined before the first contact, after a change, and when it is too old. */
  peek(client: Address): KnownChannel | undefined {
    return this.#fresh(this.#known.peek(client));
  }

  /** The channel as known, or as the chain says. Throws CHAIN_UNREACHABLE. */
  async get(client: Address): Promise<KnownChannel> {
    const known = this.#fresh(this.#known.get(client));
    return known ?? this.#reading.get(client) ?? this.#start(client);
  }

  /** The channel as the chain says now: by a read that begins after this call, shared by all who wait for it. */
  async refresh(client: Address): Promise<KnownChannel> {
    await this.#reading.get(client)?.catch(() => undefined);
    return this.#reading.get(client) ?? this.#start(client);
  }

  /** The channel changed on chain; a read under way may be older than that. */
  forget(client: Address): void {
    this.#known.delete(client);
    this.#reading.delete(client);
  }

  #fresh(kept: Kept | undefined): KnownChannel | undefined {
    if (kept === undefined) return undefined;
    const { clock, longestAgeMs } = this.#options;
    // A clock that was set back must not keep anything for longer.
    return Math.abs(clock() - kept.readAtMs) <= longestAgeMs ? kept.channel : undefined;
  }

  #start(client: Address): Promise<KnownChannel> {
    const readAtMs = this.#options.clock();
    const reading = this.#read(client).then(
      (channel) => {
        if (this.#reading.get(client) === reading) this.#keep(client, { channel, readAtMs });
        return channel;
      },
      (thrown) => {
        if (this.#reading.get(client) === reading) this.#reading.delete(client);
        throw thrown;
      },
    );
    this.#reading.set(client, reading);
    return reading;
  }

  #keep(client: Address, kept: Kept): void {
    this.#reading.delete(client);
    this.#known.set(client, kept);
  }
}
