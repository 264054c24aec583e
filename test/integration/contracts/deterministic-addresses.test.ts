import type { TransactionResponse } from "ethers";
import { network } from "hardhat";
import { afterEach, describe, expect, it } from "vitest";
import { CREATE_X, openSalt, reservedFor } from "../../../ignition/create2.ts";
import lloomModule from "../../../ignition/modules/Lloom.ts";
import testTokenModule from "../../../ignition/modules/TestToken.ts";

type Connection = Awaited<ReturnType<typeof network.create>>;
/** Where a module's contracts are, by name. */
type Addresses = Readonly<Record<string, string>>;

const MINUTE = 60_000;

describe("deterministic addresses", () => {
  const open: Connection[] = [];
  const freshChain = async (): Promise<Connection> => {
    const connection = await network.create();
    open.push(connection);
    return connection;
  };
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
  });

  const accountsOf = async ({ ethers }: Connection) => {
    const [deployer, stranger] = await ethers.getSigners();
    if (deployer === undefined || stranger === undefined) throw new Error("the chain has too few accounts");
    return { deployer, stranger };
  };

  /** Uses up some of the deployer's nonces. */
  async function live(connection: Connection, transactions: number): Promise<void> {
    const { deployer, stranger } = await accountsOf(connection);
    for (let i = 0; i < transactions; i += 1) await (await deployer.sendTransaction({ to: stranger, value: 1 })).wait();
  }

  async function deploy(connection: Connection, salt?: string): Promise<Addresses> {
    const contracts = await connection.ignition.deploy(lloomModule, {
      strategy: salt === undefined ? "basic" : "create2",
      ...(salt !== undefined && { strategyConfig: { salt } }),
    });
    const entries = Object.entries(contracts).map(async ([name, contract]) => [name, await contract.getAddress()]);
    return Object.fromEntries(await Promise.all(entries));
  }

  const reservedSalt = async (connection: Connection): Promise<string> =>
    reservedFor((await accountsOf(connection)).deployer.address, openSalt());

  /** What the deployer sent to the factory, in its order. */
  async function creations({ ethers }: Connection): Promise<TransactionResponse[]> {
    const found: TransactionResponse[] = [];
    const head = await ethers.provider.getBlockNumber();
    for (let number = 1; number <= head; number += 1) {
      const block = await ethers.provider.getBlock(number, true);
      found.push(...(block?.prefetchedTransactions ?? []).filter(({ to }) => to === CREATE_X));
    }
    return found;
  }

  /** The factory, and nothing of ours at the addresses that are looked at. */
  const withFactory = async (): Promise<Connection> => {
    const connection = await freshChain();
    const elsewhere = { strategy: "create2", strategyConfig: { salt: openSalt("elsewhere") } } as const;
    await connection.ignition.deploy(testTokenModule, elsewhere);
    return connection;
  };

  /** A stranger sends the same to the factory before the deployer does. */
  async function sendFirst(connection: Connection, sent: readonly TransactionResponse[]): Promise<void> {
    const { stranger } = await accountsOf(connection);
    for (const { to, data } of sent) await (await stranger.sendTransaction({ to, data, gasLimit: 14_000_000 })).wait();
  }

  it(
    "are the same on every chain, whatever the deployer did there before",
    async () => {
      const [one, other] = [await freshChain(), await freshChain()];
      await live(other, 3);
      const first = await deploy(one, await reservedSalt(one));
      expect(await deploy(other, await reservedSalt(other))).toEqual(first);
      expect(Object.keys(first)).toHaveLength(13);
      // Without the factory they follow from the deployer's nonces.
      const plain = [await freshChain(), await freshChain()];
      await live(plain[1] as Connection, 3);
      const [before, after] = [await deploy(plain[0] as Connection), await deploy(plain[1] as Connection)];
      expect(Object.keys(before).filter((name) => before[name] === after[name])).toEqual([]);
    },
    2 * MINUTE,
  );

  it(
    "are other ones for another deployer or another name, and end wired",
    async () => {
      const connection = await freshChain();
      const { deployer } = await accountsOf(connection);
      const mine = await deploy(connection, await reservedSalt(connection));
      const registry = await connection.ethers.getContractAt("StakeRegistry", mine["stakeRegistry"] ?? "");
      expect(await registry.getFunction("deployer").staticCall()).toBe(deployer.address);
      expect(await registry.getFunction("wired").staticCall()).toBe(true);
      const second = await deploy(connection, reservedFor(deployer.address, openSalt("lloom-2")));
      const third = await deploy(connection, openSalt("lloom-2"));
      for (const name of Object.keys(mine)) expect(new Set([mine[name], second[name], third[name]]).size).toBe(3);
    },
    2 * MINUTE,
  );

  it(
    "cannot be taken by a stranger who sends the deployer's transactions first",
    async () => {
      const seen = await freshChain();
      const expected = await deploy(seen, await reservedSalt(seen));
      const fresh = await withFactory();
      // The first one needs nothing that is not there. For a stranger the factory puts it elsewhere.
      await sendFirst(fresh, (await creations(seen)).slice(0, 1));
      expect(await fresh.ethers.provider.getCode(expected["testToken"] ?? "")).toBe("0x");
      expect(await deploy(fresh, await reservedSalt(fresh))).toEqual(expected);
    },
    2 * MINUTE,
  );

  it(
    "give no power to a stranger who puts the same code there under a salt of anybody's",
    async () => {
      const salt = openSalt();
      const seen = await freshChain();
      const expected = await deploy(seen, salt);
      const fresh = await withFactory();
      const { deployer, stranger } = await accountsOf(fresh);
      await sendFirst(fresh, await creations(seen));
      for (const address of Object.values(expected))
        expect(await fresh.ethers.provider.getCode(address)).not.toBe("0x");
      const at = (name: string, key: string) => fresh.ethers.getContractAt(name, expected[key] ?? "");
      const [registry, token] = [await at("StakeRegistry", "stakeRegistry"), await at("TestToken", "testToken")];
      const judge = [{ account: expected["jury"], power: 1 }];
      const failure = (call: Promise<unknown>): Promise<string> => call.then(() => "none", String);
      const wired = await failure(registry.connect(stranger).getFunction("wire").staticCall(judge));
      expect(wired).toContain(`StakeNotDeployer("${deployer.address}", "${stranger.address}")`);
      const minted = await failure(token.connect(stranger).getFunction("mint").staticCall(stranger, 1));
      expect(minted).toContain("TestTokenOnlyDeployer");
      // What the stranger paid for is the deployer's: it wires, and all is as if it had come first.
      await (await registry.getFunction("wire").send(judge)).wait();
      expect(await registry.getFunction("wired").staticCall()).toBe(true);
      expect(await registry.getFunction("treasury").staticCall()).toBe(deployer.address);
    },
    2 * MINUTE,
  );
});
