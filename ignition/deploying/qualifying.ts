import { juryFacts } from "../../protocol/src/generated/facts.ts";

/** What a chain is known to do with the randomness and the order of its blocks. */
export interface KnownChain {
  readonly name: string;
  /** Whose word `prevRandao` is, and what it costs to bend it. */
  readonly randomness: string;
  /** Whether juries and audits may rest on it. */
  readonly isRandom: boolean;
  /** Who orders transactions, and what that means here; undefined where many do. */
  readonly sequencer?: string;
}

const PROPOSERS = "prevRandao of the proposers: the one of the drawn block can only hold it back, and loses its slot.";
const FROM_L1 = "prevRandao of an earlier block of Ethereum, which the sequencer chooses.";
const ONE_SEQUENCER =
  "One company orders transactions. It cannot take money, but it can delay: settle and answer disputes early.";

/** By chain id. A chain that is not here is judged by what its blocks show. */
export const KNOWN_CHAINS: Readonly<Record<number, KnownChain>> = {
  1: { name: "Ethereum", isRandom: true, randomness: PROPOSERS },
  11155111: { name: "Sepolia", isRandom: true, randomness: PROPOSERS },
  100: { name: "Gnosis", isRandom: true, randomness: PROPOSERS },
  10: { name: "OP Mainnet", isRandom: true, randomness: FROM_L1, sequencer: ONE_SEQUENCER },
  8453: { name: "Base", isRandom: true, randomness: FROM_L1, sequencer: ONE_SEQUENCER },
  84532: { name: "Base Sepolia", isRandom: true, randomness: FROM_L1, sequencer: ONE_SEQUENCER },
  42161: {
    name: "Arbitrum One",
    isRandom: false,
    randomness: "prevRandao is 1 in every block, so that juries could be known before they are drawn.",
    sequencer: ONE_SEQUENCER,
  },
  31337: {
    name: "a development chain",
    isRandom: true,
    randomness: "prevRandao is made up by the development node.",
  },
};

/** Head of a block, as far as it matters here. */
export interface BlockFacts {
  readonly number: number;
  readonly prevRandao: bigint;
  /** Unix seconds. */
  readonly timestamp: number;
}

/**
 * Whether what the blocks show can be random: 256 bits of which the highest 32 are not all zero. Chains that put counters or a
 * constant there fail; a random one fails once in 2^32 blocks.
 */
export const looksRandom = (blocks: readonly BlockFacts[]): boolean =>
  blocks.length > 0 &&
  blocks.every(({ prevRandao }) => prevRandao >> 224n !== 0n) &&
  (blocks.length === 1 || new Set(blocks.map(({ prevRandao }) => prevRandao)).size > 1);

/** Blocks from the request of a jury to the one whose value draws it. */
const DRAW_BLOCKS = Number(juryFacts.DRAW_DELAY);
const L1_BLOCK_SECONDS = 12;

/** How freely the sequencer of a rollup draws juries that takes its randomness from an L1 block, the origin of its own. */
export interface SequencedDraw {
  /** From the request to the block that counts. */
  readonly delaySeconds: number;
  /** So many origins, and with them juries, may be chosen if the origin is as old at the request as it is now. */
  readonly juries: number;
  /** However old it is made beforehand: the next block keeps the origin or takes the one after it. */
  readonly mostJuries: number;
  /** The origin that counts may be there already when the jury is asked for, without that anybody delays anything. */
  readonly isKnownAhead: boolean;
}

/** By the newest blocks and the age of the newest one's origin. */
export function sequencedDraw(blocks: readonly BlockFacts[], originAgeSeconds: number): SequencedDraw {
  const [first, last] = [blocks[0], blocks.at(-1)];
  const count = blocks.length - 1;
  const blockSeconds =
    first === undefined || last === undefined || count < 1 ? 0 : (last.timestamp - first.timestamp) / count;
  const delaySeconds = DRAW_BLOCKS * blockSeconds;
  const mostJuries = DRAW_BLOCKS + 1;
  const newer = Math.floor((originAgeSeconds + delaySeconds) / L1_BLOCK_SECONDS);
  return {
    ...{ delaySeconds, mostJuries, juries: Math.min(mostJuries, newer + 1) },
    isKnownAhead: originAgeSeconds >= delaySeconds,
  };
}
