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
const FROM_L1 =
  "prevRandao of an earlier block of Ethereum: everybody knows it some seconds ahead, and the sequencer may choose between a few.";
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
}

/**
 * Whether what the blocks show can be random: 256 bits of which the highest 32 are not all zero. Chains that put counters or a
 * constant there fail; a random one fails once in 2^32 blocks.
 */
export const looksRandom = (blocks: readonly BlockFacts[]): boolean =>
  blocks.length > 0 &&
  blocks.every(({ prevRandao }) => prevRandao >> 224n !== 0n) &&
  (blocks.length === 1 || new Set(blocks.map(({ prevRandao }) => prevRandao)).size > 1);
