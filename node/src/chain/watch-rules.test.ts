// What the watch reads, and when it takes something back: staged, block by block. With a real chain: watch.test.ts.
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { recordingLog } from "../../../test/support/hosts.ts";
import { refusing } from "../../../test/support/scripted-rpc.ts";
import { LloomError } from "../errors.ts";
import type { Chain } from "./chain.ts";
import { accountingInterface } from "./contracts.ts";
import type { ChainEvent } from "./events.ts";
import { type WatchOptions, watchChain, watchPauseMs } from "./watch.ts";

const ACCOUNTING: Address = `0x${"ac".repeat(20)}`;
const STAKES: Address = `0x${"5e".repeat(20)}`;
const CLIENT: Address = `0x${"c1".repeat(20)}`;
const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
const hashOf = (block: number, fork = 0): Hex => `0x${(block * 16 + fork).toString(16).padStart(64, "0")}`;

interface LogPlace {
  readonly block: number;
  readonly index?: number;
  readonly amount?: bigint;
  readonly tx?: number;
  readonly fork?: number;
}

/** The log of an allocation; its amount tells it from others. */
function allocated({ block, index = 0, amount = 1n, tx = block, fork = 0 }: LogPlace) {
  const values = [CLIENT, EXECUTOR, amount, amount, amount];
  const { data, topics } = accountingInterface.encodeEventLog("Allocated", values);
  const place = { blockNumber: block, blockHash: hashOf(block, fork), transactionHash: hashOf(tx), index };
  return { ...place, address: ACCOUNTING, topics, data };
}
type StagedLog = ReturnType<typeof allocated>;
interface Filter {
  readonly address: readonly Address[];
  readonly topics: readonly (string | null)[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** One turn of the watch: the head that it finds, and what the server says then. */
interface Turn {
  readonly head: number | Error;
  readonly logs?: readonly StagedLog[];
  readonly refuse?: (filter: Filter) => Error | undefined;
  readonly block?: (number: number) => unknown;
}

/** Watches through these turns, and ends with the last. */
async function watch(
  turns: readonly Turn[],
  options: Partial<WatchOptions> = {},
  without: readonly ("onProgress" | "onRemoved")[] = [],
) {
  const stop = new AbortController();
  const reads: Filter[] = [];
  const [seen, removed]: [ChainEvent[], ChainEvent[]] = [[], []];
  const progress: number[] = [];
  const asked: number[] = [];
  let at = -1;
  const provider = {
    getBlockNumber: async () => {
      at++;
      const { head } = turns[at] ?? {};
      if (head instanceof Error) throw head;
      if (head !== undefined) return head;
      stop.abort();
      throw new Error("the turns are over");
    },
    getLogs: async (filter: Filter) => {
      reads.push(filter);
      const refused = turns[at]?.refuse?.(filter);
      if (refused !== undefined) throw refused;
      return (turns[at]?.logs ?? []).filter(
        ({ blockNumber }) => blockNumber >= filter.fromBlock && blockNumber <= filter.toBlock,
      );
    },
    send: async (method: string, [tag, isFull]: readonly unknown[]) => {
      expect([method, isFull]).toEqual(["eth_getBlockByNumber", false]);
      asked.push(Number(tag));
      return turns[at]?.block?.(Number(tag)) ?? null;
    },
  };
  const { log, lines } = recordingLog();
  const chain = { provider, log, accounting: ACCOUNTING, stakeRegistry: STAKES } as unknown as Chain;
  const all: WatchOptions = {
    ...{ fromBlock: 100, pollMs: 1, signal: stop.signal },
    onEvent: (event) => void seen.push(event),
    onRemoved: (event) => void removed.push(event),
    onProgress: (block) => void progress.push(block),
    ...options,
  };
  for (const name of without) Reflect.deleteProperty(all, name);
  await watchChain(chain, all);
  const amountOf = (event: ChainEvent): bigint => ("amount" in event ? event.amount : 0n);
  return { reads, seen: seen.map(amountOf), removed: removed.map(amountOf), progress, asked, lines };
}
const ranges = (reads: readonly Filter[]) => reads.map(({ fromBlock, toBlock }) => [fromBlock, toBlock]);

test("asks both contracts for all events, or for those of a client, an executor, or both", async () => {
  const word = (address: Address): string => `0x${address.slice(2).padStart(64, "0")}`;
  const topicsFor = async (of: Partial<WatchOptions>) => (await watch([{ head: 100 }], of)).reads[0];
  expect(await topicsFor({})).toMatchObject({ address: [ACCOUNTING, STAKES], topics: [] });
  expect(await topicsFor({ client: CLIENT })).toMatchObject({ topics: [null, word(CLIENT)] });
  expect(await topicsFor({ executor: EXECUTOR })).toMatchObject({ topics: [null, null, word(EXECUTOR)] });
  const both = { client: CLIENT, executor: EXECUTOR };
  expect(await topicsFor(both)).toMatchObject({ topics: [null, word(CLIENT), word(EXECUTOR)] });
});

test("begins where it is told, reads the newest twelve blocks again at every turn, and says how far it is", async () => {
  const { reads, progress } = await watch([{ head: 105 }, { head: 120 }, { head: 121 }, { head: 118 }]);
  expect(ranges(reads)).toEqual([
    [100, 105],
    [100, 120],
    [109, 121],
    [107, 118],
  ]);
  expect(progress).toEqual([105, 120, 121, 118]);
  expect(ranges((await watch([{ head: 110 }, { head: 111 }], { reorgBlocks: 3 })).reads)).toEqual([
    [100, 110],
    [108, 111],
  ]);
  expect((await watch([{ head: 99 }])).reads).toEqual([]);
});

test("reads a long past in steps", async () => {
  const { reads, progress, seen } = await watch([{ head: 5000, logs: [allocated({ block: 4100 })] }]);
  expect(ranges(reads)).toEqual([
    [100, 2099],
    [2100, 4099],
    [4100, 5000],
  ]);
  expect([progress, seen]).toEqual([[2099, 4099, 5000], [1n]]);
});

test("delivers in the order of the chain, whatever the server's, and the same twice where it happened twice", async () => {
  const logs = [
    allocated({ block: 103, index: 1, amount: 4n }),
    allocated({ block: 103, index: 0, amount: 3n }),
    allocated({ block: 101, index: 9, amount: 1n }),
    allocated({ block: 102, index: 5, amount: 2n, tx: 7 }),
    allocated({ block: 102, index: 6, amount: 2n, tx: 7 }),
  ];
  const { seen, removed } = await watch([
    { head: 103, logs },
    { head: 104, logs },
    { head: 105, logs },
  ]);
  expect([seen, removed]).toEqual([[1n, 2n, 2n, 3n, 4n], []]);
});

test("delivers nothing twice while the chain grows past what is read again", async () => {
  const logs = [allocated({ block: 104, amount: 1n }), allocated({ block: 118, amount: 2n })];
  const turns = Array.from({ length: 40 }, (_, index): Turn => ({ head: 104 + index, logs }));
  const { seen, removed, asked } = await watch(turns);
  expect([seen, removed, asked]).toEqual([[1n, 2n], [], []]);
});

test("remembers what it delivered for servers that lag behind as far as is read again, and forgets what is older", async () => {
  const logs = [114, 115, 116, 117].map((block) => allocated({ block, amount: BigInt(block) }));
  const again = async (head: number) => {
    const { seen } = await watch(
      [
        { head: 120, logs },
        { head, logs },
      ],
      { fromBlock: 110, reorgBlocks: 3 },
    );
    return seen.slice(logs.length);
  };
  expect([await again(118), await again(117)]).toEqual([[], []]);
  expect(await again(116)).toEqual([114n]);
});

test("needs nobody who hears of its progress, or of what is taken back", async () => {
  const replaced = { head: 103, block: () => ({ hash: hashOf(101, 1) }) };
  const turns = [{ head: 102, logs: [allocated({ block: 101 })] }, replaced, replaced, { head: 103 }];
  const { seen, removed, progress, asked, lines } = await watch(turns, {}, ["onProgress", "onRemoved"]);
  expect({ seen, removed, progress, asked, lines }).toEqual({
    ...{ seen: [1n], removed: [], progress: [], asked: [101], lines: [] },
  });
});

test("passes over logs that no contract of this version knows", async () => {
  const foreign = { ...allocated({ block: 101 }), topics: [hashOf(5)] };
  const { seen, lines } = await watch([
    { head: 101, logs: [foreign, allocated({ block: 101, index: 1, amount: 2n })] },
  ]);
  expect([seen, lines]).toEqual([[2n], []]);
});

test("takes an event back once it is missed twice in a row and another block stands where its was", async () => {
  const logs = [allocated({ block: 101 })];
  const replaced = { head: 103, block: () => ({ hash: hashOf(101, 1) }) };
  expect((await watch([{ head: 102, logs }, replaced])).removed).toEqual([]);
  expect(await watch([{ head: 102, logs }, replaced, replaced, replaced])).toMatchObject({
    removed: [1n],
    asked: [101],
  });
  expect((await watch([{ head: 102, logs }, replaced, { head: 103, logs }, replaced])).removed).toEqual([]);
  const back = await watch([{ head: 102, logs }, replaced, replaced, { head: 104, logs }]);
  expect([back.seen, back.removed]).toEqual([[1n, 1n], [1n]]);
});

test.each([
  ["the very same block is there", { hash: hashOf(101).toUpperCase().replace("0X", "0x") }],
  ["the block is not known", null],
  ["the answer is no block", "0x"],
  ["the block has no hash", {}],
  ["the hash is none", { hash: 7 }],
])("takes nothing back while %s", async (_, block) => {
  const missing = { head: 103, block: () => block };
  const { removed, asked, lines } = await watch([
    { head: 102, logs: [allocated({ block: 101 })] },
    ...Array(5).fill(missing),
  ]);
  expect([removed, lines]).toEqual([[], []]);
  expect(asked).toEqual([101, 101, 101, 101]);
});

test("takes back the first event of a range and the last, of whichever range, and no event of another one", async () => {
  const block = (number: number) => ({ hash: hashOf(number, 1) });
  const gone = { head: 100, block };
  expect((await watch([{ head: 100, logs: [allocated({ block: 100 })] }, gone, gone])).removed).toEqual([1n]);
  // Three blocks at a time: 108 to 110, then 111 to 113, and so on.
  const refuse = ({ fromBlock, toBlock }: Filter) => (toBlock - fromBlock >= 3 ? refusing("range") : undefined);
  const [last, later] = [allocated({ block: 110, amount: 1n }), allocated({ block: 114, amount: 2n })];
  const turn = { head: 119, refuse, block };
  const options = { fromBlock: 108 };
  const kept = await watch([turn, { ...turn, logs: [last, later] }, turn, { ...turn, logs: [last, later] }], options);
  expect([kept.seen, kept.asked, kept.removed]).toEqual([[1n, 2n], [], []]);
  const taken = await watch([{ ...turn, logs: [last, later] }, ...Array(2).fill({ ...turn, logs: [later] })], options);
  expect([taken.seen, taken.asked, taken.removed]).toEqual([[1n, 2n], [110], [1n]]);
});

test("asks only about events of the range that was read, and about those above the head that a shorter chain has not", async () => {
  const old = allocated({ block: 101, amount: 1n });
  const high = allocated({ block: 130, amount: 2n });
  const block = (number: number) => ({ hash: hashOf(number, 1) });
  const { asked, removed } = await watch([
    { head: 130, logs: [old, high] },
    { head: 129, block },
    { head: 129, block },
  ]);
  expect([asked, removed]).toEqual([[130], [2n]]);
});

test("says once that the chain cannot be watched, and once that it is again", async () => {
  const away = new LloomError("CHAIN_UNREACHABLE", "No answer.");
  const { lines, seen } = await watch([
    { head: away },
    { head: away },
    { head: away },
    { head: 101, logs: [allocated({ block: 101 })] },
    { head: 101 },
    { head: away },
  ]);
  expect(lines.map(({ msg, code, problem, failures }) => [msg, code ?? failures, problem])).toEqual([
    ["chain cannot be watched, trying on", "CHAIN_UNREACHABLE", "No answer."],
    ["chain is watched again", 3, undefined],
    ["chain cannot be watched, trying on", "CHAIN_UNREACHABLE", "No answer."],
  ]);
  expect(seen).toEqual([1n]);
});

test("reads half of what was refused, down to a block", async () => {
  const refuse = ({ fromBlock, toBlock }: Filter) => (toBlock - fromBlock >= 4 ? refusing("range") : undefined);
  const { reads, progress, lines } = await watch([{ head: 119, refuse }]);
  expect(ranges(reads).slice(0, 4)).toEqual([
    [100, 119],
    [100, 109],
    [100, 104],
    [100, 101],
  ]);
  expect(progress.at(-1)).toBe(119);
  expect(lines).toEqual([]);
});

test("reads as much as before once a while has passed since a refusal", async () => {
  let isRefused = false;
  const refuse = (): Error | undefined => {
    if (isRefused) return undefined;
    isRefused = true;
    return refusing("range");
  };
  const turns = Array<Turn>(3).fill({ head: 1099, refuse });
  const { reads } = await watch(turns, { reorgBlocks: 2000 });
  expect(reads.map(({ fromBlock, toBlock }) => toBlock - fromBlock + 1)).toEqual([1000, 500, 500, 500, 500, 1000]);
});

test("puts off a single block that is refused, and reads on from there", async () => {
  const refuse = () => refusing("range");
  const { lines, seen } = await watch([
    { head: 101, refuse },
    { head: 101, logs: [allocated({ block: 101 })] },
  ]);
  expect(lines[0]).toMatchObject({
    ...{ msg: "chain cannot be watched, trying on", code: "TRANSACTION_FAILED" },
    problem: expect.stringContaining("read events"),
  });
  expect(seen).toEqual([1n]);
});

test("keeps its range for a server that is busy once or away, and halves it for one that stays busy or ran out of time", async () => {
  const spansAfter = async (error: Error, times: number) => {
    const refused = Array<Turn>(times).fill({ head: 1099, refuse: () => error });
    const { reads } = await watch([...refused, { head: 1099 }]);
    return reads.map(({ fromBlock, toBlock }) => toBlock - fromBlock + 1);
  };
  expect(await spansAfter(refusing("busy"), 1)).toEqual([1000, 1000]);
  expect(await spansAfter(refusing("busy"), 3)).toEqual([1000, 1000, 500, 250, 250, 250, 250]);
  const unreachable = (details: object) =>
    new LloomError("CHAIN_UNREACHABLE", "No answer.", { details: { ...details } });
  expect(await spansAfter(unreachable({}), 3)).toEqual([1000, 1000, 1000, 1000]);
  expect(await spansAfter(unreachable({ isTimeout: true }), 1)).toEqual([1000, 500, 500]);
});

test("ends without a word when it is stopped in the middle of a read", async () => {
  const stop = new AbortController();
  const refuse = (): Error => {
    stop.abort();
    return refusing("lag");
  };
  const { lines, progress } = await watch([{ head: 5000, refuse }], { signal: stop.signal });
  expect([lines, progress]).toEqual([[], []]);
});

test("stops between two steps when it is stopped", async () => {
  const stop = new AbortController();
  const { reads } = await watch([{ head: 50_000 }], { signal: stop.signal, onProgress: () => stop.abort() });
  expect(reads).toHaveLength(1);
});

test("pauses for a poll while all is well, and twice as long with each failure, to half a minute or a longer poll", () => {
  const even = () => 0.5;
  expect([0, 1, 2, 3, 9].map((failures) => watchPauseMs(failures, 1_000, even))).toEqual([
    1_000, 2_000, 4_000, 8_000, 30_000,
  ]);
  expect([0, 1, 9].map((failures) => watchPauseMs(failures, 60_000, even))).toEqual([60_000, 60_000, 60_000]);
});
