import { formatEther, formatUnits } from "ethers";
import { CREATE_X, CREATE_X_DEPLOYMENT } from "../create2.ts";
import type { ChainFacts, Cost, TokenFacts } from "./chain-facts.ts";
import { KNOWN_CHAINS, looksRandom, type SequencedDraw, sequencedDraw } from "./qualifying.ts";

/** Something that was looked at before anything is sent. */
export interface CheckResult {
  /** `stop`: nothing is deployed. */
  readonly verdict: "good" | "note" | "stop";
  readonly what: string;
  readonly found: string;
  /** What mends it. */
  readonly next?: string;
}

/** All that is known of a deployment before its first transaction. */
export interface Preparation {
  readonly chain: ChainFacts;
  /** Whether an earlier run began, so that a part of the cost is paid. */
  readonly resumes: boolean;
  /** Undefined where it cannot be found out ahead. */
  readonly cost: Cost | undefined;
  /** Undefined where the deployment brings a test token of its own. */
  readonly token: TokenFacts | undefined;
  /** Whether addresses are to follow from code and salt. */
  readonly isDeterministic: boolean;
}

/** Gas prices move while a deployment runs. */
const ROOM_FOR_PRICES = 2n;

/** What speaks for and against deploying now. Pure: the facts were collected before. */
export function checkResultsOf(preparation: Preparation): CheckResult[] {
  return [
    chainResult(preparation),
    ...balanceResults(preparation),
    ...tokenResults(preparation),
    ...randomnessResults(preparation),
    historyResult(preparation),
    codeResult(preparation),
    ...addressResults(preparation),
  ];
}

/** The little that matters on a chain whose money and blocks are its developer's own. */
export const developmentResults = (chain: ChainFacts): CheckResult[] => [
  {
    verdict: "good",
    what: "chain",
    found: `${KNOWN_CHAINS[chain.id]?.name} (${chain.id}): cost, token and randomness are not looked at there`,
  },
  {
    verdict: chain.balanceWei > 0n ? "good" : "stop",
    what: "balance",
    found: `${chain.deployer} has ${formatEther(chain.balanceWei)} ether`,
    ...(chain.balanceWei === 0n && { next: "Give it some: npm run fund -- ADDRESS." }),
  },
];

const chainResult = ({ chain: { id } }: Preparation): CheckResult => ({
  verdict: "good",
  what: "chain",
  found: `${KNOWN_CHAINS[id]?.name ?? "a chain that this checkout does not know"} (${id})`,
});

/** What CreateX costs whoever brings it to the chain. */
const FACTORY_WEI = CREATE_X_DEPLOYMENT.gasLimit * CREATE_X_DEPLOYMENT.gasPriceWei;

const lacksFactory = ({ chain, isDeterministic }: Preparation): boolean => isDeterministic && !chain.hasCreateX;

function balanceResults(preparation: Preparation): CheckResult[] {
  const { chain, cost, resumes } = preparation;
  const { id, deployer, balanceWei } = chain;
  const balance = { what: "balance", found: `${deployer} has ${formatEther(balanceWei)} ether` };
  if (cost === undefined) return [{ ...balance, verdict: "good" }];
  const price = `${cost.gas.toLocaleString("en")} gas at ${formatUnits(cost.gasPriceWei, "gwei")} gwei`;
  const factoryWei = lacksFactory(preparation) ? FACTORY_WEI : 0n;
  const factory = factoryWei === 0n ? "" : `, and ${formatEther(factoryWei)} ether for CreateX`;
  const wei = cost.gas * cost.gasPriceWei + factoryWei;
  const data = KNOWN_CHAINS[id]?.sequencer === undefined ? "" : ", and the rollup's fee for the data";
  const part = resumes ? ", of which an earlier run has paid a part" : "";
  const costs: CheckResult = {
    verdict: "good",
    what: "cost",
    found: `about ${formatEther(wei)} ether: ${price}${factory}${data}${part}`,
  };
  if (balanceWei < wei && !resumes)
    return [
      costs,
      { ...balance, verdict: "stop", next: `Send it at least ${formatEther(ROOM_FOR_PRICES * wei)} ether.` },
    ];
  const next = "That is little: if gas gets dearer, the deployment waits half way; run it again to go on.";
  const isLittle = balanceWei < ROOM_FOR_PRICES * wei;
  return [costs, { ...balance, verdict: isLittle ? "note" : "good", ...(isLittle && { next }) }];
}

function tokenResults({ token }: Preparation): CheckResult[] {
  if (token === undefined) return [];
  const { address, codeBytes, symbol, decimals } = token;
  if (codeBytes === 0)
    return [
      {
        verdict: "stop",
        what: "payment token",
        found: `there is no code at ${address}`,
        next: "Correct paymentToken: it is the token's address on this chain.",
      },
    ];
  if (decimals === undefined)
    return [
      {
        verdict: "stop",
        what: "payment token",
        found: `${address} does not answer decimals()`,
        next: "Correct paymentToken: it must be an ERC-20.",
      },
    ];
  return [
    { verdict: "good", what: "payment token", found: `${symbol ?? "no symbol"}, ${decimals} decimals, ${address}` },
  ];
}

/** What is known of a chain counts only as long as its blocks show nothing else. */
function randomnessResults({ chain: { id, blocks, originAgeSeconds } }: Preparation): CheckResult[] {
  const known = KNOWN_CHAINS[id];
  const what = "randomness";
  const shows = looksRandom(blocks);
  const seen = shows ? "prevRandao looks random" : "prevRandao is a constant or a counter";
  const order: CheckResult[] =
    known?.sequencer === undefined ? [] : [{ verdict: "note", what: "order", found: known.sequencer }];
  if (!shows || known?.isRandom === false) {
    const next = "Choose another chain: juries and audits need prevRandao.";
    const found = known?.isRandom === false ? known.randomness : `${seen} in the newest ${blocks.length} blocks`;
    return [{ verdict: "stop", what, found, next }, ...order];
  }
  const draw = originAgeSeconds === undefined ? [] : [drawResult(sequencedDraw(blocks, originAgeSeconds))];
  if (known !== undefined) return [{ verdict: "good", what, found: known.randomness }, ...draw, ...order];
  const next = "Find out who chooses it: docs/contracts-measured.md says what it costs to bend a jury.";
  return [{ verdict: "note", what, found: seen, next }, ...draw];
}

function drawResult({ delaySeconds, juries, mostJuries, isKnownAhead }: SequencedDraw): CheckResult {
  const what = "draw of juries";
  const delay = `${Math.round(delaySeconds)} s after it is asked for`;
  if (isKnownAhead)
    return {
      verdict: "stop",
      what,
      found: `everybody knows a jury when it is asked for: it is drawn ${delay}, from an L1 block that is older than that now`,
      next: "Wait until the sequencer follows the L1 closer, or choose another chain.",
    };
  return {
    verdict: "note",
    what,
    found: `${delay}, from an L1 block that the sequencer chooses: among about ${juries} juries as it is now, among ${mostJuries} if it falls behind first, for nothing`,
    next: "Deploy here only if you trust the sequencer not to: docs/contracts-measured.md says what it is worth.",
  };
}

/** Headers of older blocks are proven by the hashes that EIP-2935 keeps. */
function historyResult({ chain: { hasHistory } }: Preparation): CheckResult {
  const what = "block hashes";
  if (hasHistory) return { verdict: "good", what, found: "8 191 blocks are kept (EIP-2935)" };
  return {
    verdict: "stop",
    what,
    found: "the chain keeps no old block hashes (EIP-2935)",
    next: "Choose a chain with the Prague upgrade: a jury's seed is proven by an old block's header.",
  };
}

function codeResult({ chain: { runsOurCode } }: Preparation): CheckResult {
  const what = "instructions";
  if (runsOurCode) return { verdict: "good", what, found: "the chain runs what the contracts use" };
  return {
    verdict: "stop",
    what,
    found: "the chain lacks instructions that the contracts use (transient storage, MCOPY)",
    next: "Choose a chain with the Cancun upgrade or a later one.",
  };
}

/** Without the factory Ignition would stop at the first contract, after the question whether to go on. */
function addressResults(preparation: Preparation): CheckResult[] {
  const { chain, isDeterministic } = preparation;
  if (!isDeterministic) return [];
  const what = "addresses";
  if (!lacksFactory(preparation))
    return [
      { verdict: "good", what, found: `follow from the code, the parameters and ${chain.deployer} (CreateX is there)` },
    ];
  const factory = `${formatEther(FACTORY_WEI)} ether to ${CREATE_X_DEPLOYMENT.sender}`;
  return [
    {
      verdict: "stop",
      what,
      found: `CreateX, which makes them deterministic, is not at ${CREATE_X} on this chain`,
      next: `Leave out --strategy create2: then they follow from the deployer's earlier transactions. Or have CreateX deployed there first: ${factory}, then its makers' signed transaction, which anybody may send.`,
    },
  ];
}
