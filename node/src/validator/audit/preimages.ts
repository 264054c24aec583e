import { hkdfSync } from "node:crypto";
import { chainSecret, chainTip, MAX_CHAIN_LENGTH, preimageAt } from "@lloom/protocol/audit-chains";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { senderOf } from "../../chain/account/actions.ts";
import { type Audits, type RegisteredChain, readRegistered, registerChainCall } from "../../chain/reputation/audits.ts";

/** A new chain is registered when the last one ends within so many epochs. */
const AHEAD = 48n;
/** Epochs of a new chain: some weeks of hours. Walking back a longer one costs gas after a long sleep. */
const LENGTH = 1024;

export interface PreimagesParts {
  readonly audits: Audits;
  readonly validator: Address;
  /** 32 bytes, kept as long as the validator's key. */
  readonly key: Uint8Array;
  /** Epochs of a new chain. */
  readonly length?: number;
}

/**
 * The preimages that this validator draws its audits by. All of it follows from the key and from what the chain has registered:
 * nothing is kept here, and a lost log loses none.
 */
export class Preimages {
  readonly #parts: PreimagesParts;
  readonly #length: number;
  #registered: readonly RegisteredChain[] | undefined;

  constructor(parts: PreimagesParts) {
    this.#parts = parts;
    this.#length = Math.min(parts.length ?? LENGTH, MAX_CHAIN_LENGTH);
  }

  /** Registers the first chain, and the next one before the last ends. */
  async keepRegistered(epoch: bigint, signal: AbortSignal): Promise<void> {
    const { audits, validator } = this.#parts;
    const last = (await this.#chains()).at(-1);
    if (last !== undefined && (last.firstEpoch > epoch || last.lastEpoch > epoch + this.#ahead)) return;
    // What another start sent meanwhile counts: the index makes the secret, and none is used twice.
    this.#registered = undefined;
    const { length: index } = await this.#chains();
    const tip = chainTip(validator, this.#secret(index), this.#length);
    await senderOf(audits.chain).send(registerChainCall(audits, tip, this.#length), { signal });
    this.#registered = undefined;
  }

  /** The preimage of an epoch: of the newest chain that has begun by then; `undefined` where none covers it. */
  async at(epoch: bigint): Promise<Hex | undefined> {
    const chains = await this.#chains();
    const index = chains.findLastIndex(({ firstEpoch }) => firstEpoch <= epoch);
    const chain = chains[index];
    if (chain === undefined || chain.lastEpoch < epoch) return undefined;
    const { validator } = this.#parts;
    return preimageAt({ validator, secret: this.#secret(index), ...chain }, epoch);
  }

  /**
   * What hides the evidence of a row: without it an executor, which knows all responses that it signed, would try which of them the
   * row commits to, and know the client.
   */
  saltOf(epoch: bigint, executor: Address): Hex {
    const { audits, validator, key } = this.#parts;
    const { domain } = audits.chain;
    const place = [domain.chainId, audits.address, validator, epoch, executor].join("/").toLowerCase();
    return bytesToHex(new Uint8Array(hkdfSync("sha256", key, "lloom/audit-evidence/1", place, 32)));
  }

  get #ahead(): bigint {
    return BigInt(this.#length) > 2n * AHEAD ? AHEAD : BigInt(this.#length >> 1);
  }

  #secret(index: number): Hex {
    const { audits, validator, key } = this.#parts;
    const { domain } = audits.chain;
    return chainSecret(key, { chainId: domain.chainId, audits: audits.address, validator, index: BigInt(index) });
  }

  async #chains(): Promise<readonly RegisteredChain[]> {
    const { audits, validator } = this.#parts;
    this.#registered ??= await readRegistered(audits, validator);
    return this.#registered;
  }
}
