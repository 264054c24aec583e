/** Executors that cheat, on networks of real processes: found, accused, judged, slashed and no longer asked, to the unit. */
import type { Address } from "@lloom/protocol/commitment-types";
import { deliveryDisputesAbi, measuredDisputesAbi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { Interface, type LogDescription } from "ethers";
import { afterEach, describe, expect, it } from "vitest";
import { DEVNET_ACCOUNTS } from "../../devnet/src/accounts.ts";
import type { Cheat } from "../../devnet/src/cheats/kinds.ts";
import { LONGEST_MS as LONGEST_STORY_MS, type StoryEnd, tellStory } from "../../devnet/src/cheats/story.ts";
import { type Devnet, startDevnet } from "../../devnet/src/devnet.ts";
import { askFirst, FIRST_PROMPT } from "../../devnet/src/first-answer.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { accountingInterface } from "../../node/src/chain/contracts.ts";
import { silentLog } from "../support/hosts.ts";
import { tellIfFailed } from "../support/last-words.ts";
import { secretsInLogs } from "../support/log-secrets.ts";
import { type Purse, readPurses } from "../support/purses.ts";
import { QUIET } from "../support/quiet-progress.ts";

const LONGEST_MS = 900_000;
/** Nothing is left to do: on a busy machine somebody may only be slow. */
const QUIET_MS = 5_000;
const { gateway, cheat: liar } = DEVNET_ACCOUNTS;
const delivery = new Interface(deliveryDisputesAbi);
const measured = new Interface(measuredDisputesAbi);
const registry = new Interface(stakeRegistryAbi);

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

interface Told {
  readonly devnet: Devnet;
  readonly chain: Chain;
  readonly end: StoryEnd;
  readonly lines: readonly string[];
  readonly before: ReadonlyMap<string, Purse>;
  readonly after: ReadonlyMap<string, Purse>;
  /** The block that `after` is of. */
  readonly endBlock: number;
}

/** Everybody's money at one block, while executors may still settle. */
async function pursesAtOnce(chain: Chain): Promise<Pick<Told, "after" | "endBlock">> {
  for (;;) {
    const endBlock = await chain.provider.getBlockNumber();
    const after = await readPurses(chain);
    if ((await chain.provider.getBlockNumber()) === endBlock) return { after, endBlock };
  }
}

/** A whole network with one that cheats, from its first answer until it is not asked any more. */
async function tell(cheat: Cheat): Promise<Told> {
  const signal = AbortSignal.timeout(LONGEST_MS);
  const devnet = stack.use(await startDevnet({ progress: QUIET, signal, cheat }));
  const { accounting } = devnet.deployment;
  const chain = stack.use(await openChain({ rpcUrl: devnet.rpcUrl, accounting, signal, log: silentLog }));
  const before = await readPurses(chain);
  const lines: string[] = [];
  tellIfFailed(devnet.logDir, lines);
  const telling = tellStory({ devnet, cheat, quietMs: QUIET_MS, say: (line) => lines.push(line), signal });
  telling.catch(() => undefined);
  await askFirst({ gatewayUrl: devnet.gatewayUrl, signal });
  const end = await telling;
  if (cheat === "tokens") await everyComplaintEnds(devnet, chain);
  return { devnet, chain, end, lines, before, ...(await pursesAtOnce(chain)) };
}

/** Another question may have been under way when the first answer was refused: each that was paid is complained of. */
async function everyComplaintEnds(devnet: Devnet, chain: Chain): Promise<void> {
  const told = { devnet, chain, endBlock: "latest" } as const;
  const isOpen = async (): Promise<boolean> => {
    const settled = (await events(told, accountingInterface, "LaneSettled")).filter(({ args }) =>
      is(args["executor"], liar),
    );
    return (await events(told, measured, "MeasuredClosed")).length < settled.length;
  };
  await expect.poll(isOpen, { timeout: LONGEST_MS, interval: 500 }).toBe(false);
}

/** Everything that the contracts told of one kind. */
async function events(
  { chain, devnet, endBlock }: Pick<Told, "chain" | "devnet"> & { readonly endBlock: number | "latest" },
  contract: Interface,
  name: string,
): Promise<LogDescription[]> {
  const topics = [contract.getEvent(name)?.topicHash ?? null];
  const logs = await chain.provider.getLogs({ fromBlock: devnet.deployment.startBlock, toBlock: endBlock, topics });
  return logs.map((log) => contract.parseLog(log)).filter((parsed) => parsed !== null);
}

const is = (address: unknown, account: { readonly address: string }): boolean =>
  String(address).toLowerCase() === account.address.toLowerCase();
const purse = (purses: ReadonlyMap<string, Purse>, name: string): Purse =>
  purses.get(name) ?? expect.fail(`${name} has no purse.`);
/** What a client can spend. */
const spendable = ({ deposit, channels }: Purse): bigint => deposit + channels;
const all = (purses: ReadonlyMap<string, Purse>): bigint =>
  [...purses.values()].reduce(
    (sum, { wallet, deposit, channels, stake, shares, settled, credit }) =>
      sum + wallet + deposit + channels + stake + shares + settled + credit,
    0n,
  );

/** What honest executors were paid by the gateway. */
async function paidToHonest(told: Told): Promise<bigint> {
  const settled = await events(told, accountingInterface, "LaneSettled");
  return settled
    .filter(({ args }) => is(args["client"], gateway) && !is(args["executor"], liar))
    .reduce((sum, { args }) => sum + args["acknowledgedPaid"] + args["tailPaid"], 0n);
}

/** Nothing came from nowhere or went there, the client paid honest work alone, the cheat has earned nothing, and no log tells a secret. */
async function expectJustice(told: Told): Promise<void> {
  const { devnet, before, after, end, lines } = told;
  expect(secretsInLogs(devnet.logDir, [FIRST_PROMPT])).toEqual([]);
  const text = lines.join("\n");
  expect(all(after), text).toBe(all(before));
  const client = [purse(before, "gateway"), purse(after, "gateway")] as const;
  expect(spendable(client[1]), text).toBe(spendable(client[0]) - (await paidToHonest(told)));
  expect(purse(after, "cheat").settled, text).toBe(0n);
  // The story ends with the first judgement; another may have come since.
  expect(purse(before, "cheat").stake).toBe(end.stakeBefore);
  expect(end.stakeAfter).toBeLessThan(end.stakeBefore);
  expect(end.stakeAfter).toBeGreaterThanOrEqual(purse(after, "cheat").stake);
  expect(end.askedAfter, text).toBe(0);
  expect(end.seconds * 1_000, text).toBeLessThanOrEqual(LONGEST_STORY_MS);
  for (const name of ["executor-1", "executor-2", "executor-3", "validator-1", "validator-2"])
    expect(purse(after, name).stake).toBe(purse(before, name).stake);
}

describe("an executor that cheats where signatures tell", () => {
  it("by claiming money for another answer than it sent, loses half its stake to whoever holds both and the treasury", async () => {
    const told = await tell("equivocate");
    await expectJustice(told);
    const { before, after } = told;
    const [first] = await events(told, accountingInterface, "LaneSettled");
    expect(is(first?.args["executor"], liar)).toBe(true);
    const slashed = purse(before, "cheat").stake / 2n;
    const paid: bigint = first?.args["tailPaid"];
    // 30 % as the reporter; twice the price of the answer as who was hurt; the rest is the treasury's.
    const reward = (slashed * 3n) / 10n + 2n * paid;
    expect(purse(after, "gateway").shares).toBe(reward);
    expect(purse(after, "deployer").shares).toBe(slashed - reward);
    expect(purse(after, "cheat").stake).toBe(slashed);
    expect(await events(told, registry, "Jailed")).toHaveLength(1);
  });

  it("by taking the money and sending nothing, pays it back with a share of its stake", async () => {
    const told = await tell("withhold");
    await expectJustice(told);
    const { after } = told;
    const [opened] = await events(told, delivery, "DeliveryOpened");
    const [closed] = await events(told, delivery, "DeliveryClosed");
    const penalty: bigint = opened?.args["penalty"];
    expect(is(opened?.args["client"], gateway) && is(opened?.args["executor"], liar)).toBe(true);
    expect(closed?.args["slashed"]).toBe(penalty);
    // 40 % are the client's, 10 % whose transaction ended it, the rest the treasury's.
    const by = String(closed?.args["by"]).toLowerCase() as Address;
    const shares = new Map([["gateway", (penalty * 4n) / 10n]]);
    const ender = [...after.keys()].find((name) => is(by, accountOf(name))) ?? expect.fail(`${by} is nobody here.`);
    shares.set(ender, (shares.get(ender) ?? 0n) + penalty / 10n);
    for (const [name, { shares: taken }] of after)
      if (name !== "deployer") expect([name, taken]).toEqual([name, shares.get(name) ?? 0n]);
    expect(purse(after, "deployer").shares).toBe(penalty - (penalty * 4n) / 10n - penalty / 10n);
    expect(purse(after, "cheat").stake).toBe(purse(told.before, "cheat").stake - penalty);
  });
});

describe("an executor that counts twice", () => {
  it("is refused at its first answer, complained of by whoever refused it, and pays a quarter of the penalty for admitting it", async () => {
    const told = await tell("tokens");
    await expectJustice(told);
    const { before, after } = told;
    const complaints = await events(told, measured, "MeasuredOpened");
    expect(complaints.length).toBeGreaterThan(0);
    let [slashed, reward] = [0n, 0n];
    for (const { args } of complaints) {
      expect(is(args["challenger"], gateway) && is(args["executor"], liar)).toBe(true);
      const quarter: bigint = args["penalty"] / 4n;
      slashed += quarter;
      // 30 % are the challenger's.
      reward += (quarter * 3n) / 10n;
    }
    expect(purse(after, "cheat").stake).toBe(purse(before, "cheat").stake - slashed);
    // Its bond is back as credit, which pays for the next one.
    const { shares, credit, wallet } = purse(after, "gateway");
    expect({ shares, money: credit + wallet }).toEqual({ shares: reward, money: purse(before, "gateway").wallet });
    expect(credit).toBeGreaterThanOrEqual(complaints[0]?.args["bond"]);
    expect(purse(after, "deployer").shares).toBe(slashed - reward);
  });
});

const accountOf = (name: string): { readonly address: string } =>
  Object.values(DEVNET_ACCOUNTS)
    .flat()
    .find((account) => account.name === name) ?? { address: "" };
