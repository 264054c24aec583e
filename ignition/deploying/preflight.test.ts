import { describe, expect, it } from "vitest";
import type { ChainFacts, TokenFacts } from "./chain-facts.ts";
import { type CheckResult, checkResultsOf, type Preparation } from "./preflight.ts";
import { looksRandom } from "./qualifying.ts";

const GWEI = 10n ** 9n;
const ETHER = 10n ** 18n;
const random = (seed: bigint): bigint => (0xabcdef12n << 224n) + seed;
const CHAIN: ChainFacts = {
  id: 11155111,
  deployer: `0x${"d1".repeat(20)}`,
  balanceWei: ETHER,
  blocks: [1, 2, 3].map((number) => ({ number, prevRandao: random(BigInt(number)), timestamp: 12 * number })),
  originAgeSeconds: undefined,
  hasHistory: true,
  runsOurCode: true,
  hasCreateX: true,
};
const TOKEN: TokenFacts = { address: `0x${"70".repeat(20)}`, codeBytes: 100, symbol: "USDC", decimals: 6 };
const READY: Preparation = {
  chain: CHAIN,
  resumes: false,
  cost: { gas: 30_000_000n, gasPriceWei: 10n * GWEI },
  token: TOKEN,
  isDeterministic: false,
};

/** A block every two seconds. */
const blocksOf = (values: readonly bigint[]): ChainFacts["blocks"] =>
  values.map((prevRandao, number) => ({ number, prevRandao, timestamp: 2 * number }));
const verdicts = (preparation: Preparation): Record<string, CheckResult["verdict"]> =>
  Object.fromEntries(checkResultsOf(preparation).map(({ what, verdict }) => [what, verdict]));
const stops = (preparation: Preparation): string[] =>
  checkResultsOf(preparation)
    .filter(({ verdict }) => verdict === "stop")
    .map(({ what }) => what);
const onChain = (changes: Partial<ChainFacts>): Preparation => ({ ...READY, chain: { ...CHAIN, ...changes } });

describe("the look before a deployment", () => {
  it("finds nothing against a chain of proposers, an ERC-20 and enough ether", () => {
    expect(stops(READY)).toEqual([]);
    expect(checkResultsOf(READY).find(({ what }) => what === "cost")?.found).toBe(
      "about 0.3 ether: 30,000,000 gas at 10.0 gwei",
    );
  });

  it("stops for want of ether, and says how much; what is paid already it does not ask for again", () => {
    const poor = onChain({ balanceWei: ETHER / 10n });
    expect(stops(poor)).toEqual(["balance"]);
    expect(checkResultsOf(poor).find(({ what }) => what === "balance")?.next).toBe("Send it at least 0.6 ether.");
    expect(stops({ ...poor, resumes: true })).toEqual([]);
    expect(verdicts(onChain({ balanceWei: (3n * ETHER) / 10n }))).toMatchObject({ balance: "note" });
    expect(verdicts(onChain({ balanceWei: (6n * ETHER) / 10n }))).toMatchObject({ balance: "good" });
  });

  it("stops where the token has no code or no decimals", () => {
    expect(stops({ ...READY, token: { ...TOKEN, codeBytes: 0, decimals: undefined } })).toEqual(["payment token"]);
    expect(stops({ ...READY, token: { ...TOKEN, decimals: undefined } })).toEqual(["payment token"]);
    expect(stops({ ...READY, token: undefined })).toEqual([]);
  });

  it("stops where juries could be known ahead: a chain known for it, a constant, a counter, nothing", () => {
    expect(stops(onChain({ id: 42161 }))).toEqual(["randomness"]);
    const unknown = (values: readonly bigint[]): Preparation => onChain({ id: 987_654, blocks: blocksOf(values) });
    expect(stops(unknown([1n, 1n, 1n]))).toEqual(["randomness"]);
    expect(stops(unknown([random(1n), random(1n), random(1n)]))).toEqual(["randomness"]);
    expect(stops(unknown([7n, 8n, 9n]))).toEqual(["randomness"]);
    expect(stops(unknown([]))).toEqual(["randomness"]);
    expect(verdicts(unknown([random(1n), random(2n)]))).toMatchObject({ randomness: "note" });
  });

  it.each([1, 100, 8453, 42161, 31337, 987_654])(
    "stops where the blocks of chain %i show a constant or a counter, whatever is known of it",
    (id) => {
      for (const values of [[1n, 1n, 1n], [random(7n), random(7n), random(7n)], [7n, 8n, 9n], []]) {
        const found = onChain({ id, blocks: blocksOf(values) });
        expect(stops(found)).toEqual(["randomness"]);
        expect(verdicts(found)).not.toHaveProperty("draw of juries");
      }
    },
  );

  it("says among how many juries a sequencer chooses, and stops where everybody knows them at the request", () => {
    const base = { id: 8453, blocks: blocksOf([random(1n), random(1n), random(2n)]) };
    const draw = (originAgeSeconds: number): CheckResult | undefined =>
      checkResultsOf(onChain({ ...base, originAgeSeconds })).find(({ what }) => what === "draw of juries");
    expect(draw(48)).toMatchObject({
      verdict: "note",
      found: expect.stringMatching(/128 s .*about 15 juries.* 65 if/),
    });
    expect(draw(127)).toMatchObject({ verdict: "note", found: expect.stringContaining("about 22 juries") });
    expect(draw(128)).toMatchObject({ verdict: "stop", found: expect.stringContaining("everybody knows a jury") });
    expect(draw(1_800)).toMatchObject({ verdict: "stop" });
    // A chain that nobody here knows is no better.
    expect(stops(onChain({ ...base, id: 987_654, originAgeSeconds: 1_800 }))).toEqual(["draw of juries"]);
    expect(verdicts(READY)).not.toHaveProperty("draw of juries");
  });

  it("says what one sequencer can do", () => {
    expect(verdicts(onChain({ id: 8453 }))).toMatchObject({ randomness: "good", order: "note" });
    expect(checkResultsOf(onChain({ id: 8453 })).find(({ what }) => what === "cost")?.found).toMatch(
      /fee for the data$/,
    );
  });

  it("stops for want of the factory only if addresses are to be deterministic", () => {
    const without = onChain({ hasCreateX: false });
    expect(stops(without)).toEqual([]);
    expect(stops({ ...without, isDeterministic: true })).toEqual(["addresses"]);
    const cost = (of: Preparation): string | undefined => checkResultsOf(of).find(({ what }) => what === "cost")?.found;
    expect(cost({ ...without, isDeterministic: true })).toContain(", and 0.3 ether for CreateX");
    expect(cost(without)).not.toContain("CreateX");
    const poor = { ...without, isDeterministic: true, chain: { ...without.chain, balanceWei: 3n * 10n ** 17n } };
    expect(stops(poor)).toEqual(["balance", "addresses"]);
    expect(stops({ ...poor, isDeterministic: false })).not.toContain("balance");
    expect(verdicts({ ...READY, isDeterministic: true })).toMatchObject({ addresses: "good" });
    expect(verdicts(READY)).not.toHaveProperty("addresses");
  });

  it("stops where old headers cannot be proven, or the code would not run", () => {
    expect(stops(onChain({ hasHistory: false }))).toEqual(["block hashes"]);
    expect(stops(onChain({ runsOurCode: false }))).toEqual(["instructions"]);
  });
});

describe("randomness of blocks", () => {
  it("takes one value for several blocks, as rollups repeat Ethereum's, but not one for all", () => {
    const blocks = (...values: bigint[]) => blocksOf(values);
    expect(looksRandom(blocks(random(1n), random(1n), random(2n)))).toBe(true);
    expect(looksRandom(blocks(random(1n), random(1n), random(1n)))).toBe(false);
  });
});
