import type { Address } from "@lloom/protocol/commitment-types";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { ChannelFunds } from "./admission-rules.ts";

/** A channel as the chain last told it. */
export interface KnownChannel extends ChannelFunds {
  /** How far the chain's clock was ahead of this machine's; unlock times are the chain's. */
  readonly skewSeconds: bigint;
}

/** Clients remembered at most; the one asked for longest ago goes first. */
const MOST_CHANNELS = 10_000;

/** An event may be missed: what was read so long ago is read again. */
const FRESH_MS = 10 * 60_000;
/** While the chain does not answer, what was read is believed for so long: far less than an unlock takes. */
const BELIEVED_MS = 60 * 60_000;

interface Read {
  readonly channel: KnownChannel;
  readonly atMs: number;
}

/**
 * What the chain says about this executor's channels: read at first contact, kept until an event or an own transaction
 * says that it changed, or it has grown old.
 */
export class ChannelCache {
  readonly #read: (client: Address) => Promise<KnownChannel>;
  readonly #monotonic: () => number;
  readonly #known = new BoundedMap<Address, Read>({ most: MOST_CHANNELS });
  /** Reads under way, so that one overtaken by a change is not kept. */
  readonly #reading = new Map<Address, Promise<KnownChannel>>();

  constructor(read: (client: Address) => Promise<KnownChannel>, monotonic: () => number = () => performance.now()) {
    this.#read = read;
    this.#monotonic = monotonic;
  }

  /** What is known already; undefined before the first contact and after a change. */
  peek(client: Address): KnownChannel | undefined {
    return this.#known.peek(client)?.channel;
  }

  /** The channel as known, or as the chain says. Throws CHAIN_UNREACHABLE. */
  async get(client: Address): Promise<KnownChannel> {
    const known = this.#known.get(client);
    const ageMs = known === undefined ? 0 : this.#monotonic() - known.atMs;
    if (known !== undefined && ageMs < FRESH_MS) return known.channel;
    try {
      return await (this.#reading.get(client) ?? this.#start(client));
    } catch (thrown) {
      if (known !== undefined && ageMs < BELIEVED_MS) return known.channel;
      this.#known.delete(client);
      throw thrown;
    }
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

  #start(client: Address): Promise<KnownChannel> {
    const reading = this.#read(client).then(
      (channel) => {
        if (this.#reading.get(client) === reading) this.#keep(client, channel);
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

  #keep(client: Address, channel: KnownChannel): void {
    this.#reading.delete(client);
    this.#known.set(client, { channel, atMs: this.#monotonic() });
  }
}
