import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain } from "../../../../test/support/chain.ts";
import { openGate, type RpcError, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { UNSAID_RANGES } from "../../../../test/support/rpc-words.ts";
import { createLog } from "../../log.ts";
import { allocate, deposit, faucet } from "../account/actions.ts";
import { type Chain, openChain } from "../chain.ts";
import { findChannels } from "../read/channels-of.ts";

const EXECUTORS = [`0x${"e1".repeat(20)}`, `0x${"e2".repeat(20)}`] as const;
const stack = new AsyncDisposableStack();
let server: TestChain;
let gate: RpcGate;
let open: (startBlock?: number) => Promise<Chain>;
let chain: Chain;

beforeAll(async () => {
  server = stack.use(await startChain());
  const { accounting } = await deployLloom(server.rpcUrl);
  gate = stack.use(await openGate(server.rpcUrl));
  const [, identity] = server.accounts;
  if (identity === undefined) throw new TypeError("the chain has no accounts");
  const log = createLog({ level: "silent", name: "test" });
  const signal = new AbortController().signal;
  open = async (startBlock = 0) =>
    stack.use(await openChain({ rpcUrl: gate.rpcUrl, accounting, identity, signal, log, startBlock }));
  chain = await open();
  await faucet(chain);
  await deposit(chain, 100n);
  for (const [index, executor] of EXECUTORS.entries()) {
    await allocate(chain, executor, 3n + BigInt(index));
    await server.request("hardhat_mine", "0x1388");
  }
}, 120_000);
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  gate.answer = () => undefined;
});

/** A server that answers so many blocks at a time. */
function limitTo(blocks: number, how: Partial<RpcError> = {}): void {
  gate.answer = (method, [filter]) => {
    if (method !== "eth_getLogs") return undefined;
    const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string };
    const isTooLong = Number(toBlock) - Number(fromBlock) + 1 > blocks;
    return isTooLong ? { code: -32005, message: `query exceeds max block range ${blocks}`, ...how } : undefined;
  };
}
const account = (): `0x${string}` => chain.sender?.account.address ?? "0x";
const found = async (): Promise<unknown> =>
  (await findChannels(chain, account(), "client")).map(({ peer, balance }) => [peer, balance]);

describe("channels by the chain's past", () => {
  const both = [
    [EXECUTORS[0], 3n],
    [EXECUTORS[1], 4n],
  ];

  it("are found in ranges where the server refuses more by an HTTP status alone", async () => {
    limitTo(2000, { status: 413, body: "<html>Request Entity Too Large</html>" });
    expect(await found()).toEqual(both);
  });

  it.each(UNSAID_RANGES.slice(0, 2))(
    "are found in ranges where the server says something else of a long one: %j",
    async (refusal) => {
      limitTo(2000, refusal);
      expect(await found()).toEqual(both);
    },
    60_000,
  );

  it("are found in one call where the server answers that", async () => {
    gate.methods.length = 0;
    expect(await found()).toEqual(both);
    expect(gate.methods.filter((method) => method === "eth_getLogs")).toHaveLength(1);
  });

  it.each([5000, 1000])("are found in smaller ranges where it does not: %d blocks", async (blocks) => {
    limitTo(blocks);
    expect(await found()).toEqual(both);
  });

  it("are not told to be none where the server's ranges are too small", async () => {
    limitTo(10);
    await expect(found()).rejects.toMatchObject({
      code: expect.stringMatching(/^(CHAIN_UNREACHABLE|TRANSACTION_FAILED)$/),
    });
  });

  it("are searched from where the contracts are", async () => {
    limitTo(6000);
    const late = await open(5000);
    expect((await findChannels(late, account(), "client")).map(({ peer }) => peer)).toEqual([EXECUTORS[1]]);
  });

  it("are those of an executor, too", async () => {
    const channels = await findChannels(chain, EXECUTORS[0], "executor");
    expect(channels).toMatchObject([{ peer: account(), balance: 3n, unlocking: 0n }]);
  });
});
