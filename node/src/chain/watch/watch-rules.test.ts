// What the watch reads and delivers: staged, block by block. With a real chain: watch.test.ts.
import type { Address } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import {
  ACCOUNTING,
  allocated,
  CLIENT,
  EXECUTOR,
  type Filter,
  hashOf,
  ranges,
  STAKES,
  type Turn,
  watch,
} from "../../../../test/support/staged-watch.ts";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { type WatchOptions, watchEvents, watchPauseMs } from "./watch.ts";

test("asks both contracts for all events, or for those of a client, an executor, or both", async () => {
  const word = (address: Address): string => `0x${address.slice(2).padStart(64, "0")}`;
  const topicsFor = async (of: Partial<WatchOptions>) => (await watch([{ head: 100 }], of)).reads[0];
  expect(await topicsFor({})).toMatchObject({ address: [ACCOUNTING, STAKES], topics: [] });
  expect(await topicsFor({ client: CLIENT })).toMatchObject({ topics: [null, word(CLIENT)] });
  expect(await topicsFor({ executor: EXECUTOR })).toMatchObject({ topics: [null, null, word(EXECUTOR)] });
  const both = { client: CLIENT, executor: EXECUTOR };
  expect(await topicsFor(both)).toMatchObject({ topics: [null, word(CLIENT), word(EXECUTOR)] });
});

test("asks for any of several topics at a place", async () => {
  const stop = new AbortController();
  const asked: unknown[] = [];
  const provider = {
    getBlockNumber: async () => 100,
    getLogs: async ({ topics }: Filter) => {
      asked.push(topics);
      stop.abort();
      return [];
    },
  };
  const topics = [[hashOf(1), hashOf(2)], null, hashOf(3)];
  const source = { address: [ACCOUNTING], topics, decode: () => undefined };
  const chain = { provider } as unknown as Chain;
  await watchEvents(chain, source, { fromBlock: 1, pollMs: 1, signal: stop.signal, onEvent: () => undefined });
  expect(asked).toEqual([topics]);
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

test("reads the same newest blocks twice and no more, unless an event is missing there", async () => {
  const [log, still] = [allocated({ block: 101 }), { head: 101 }];
  expect((await watch([{ head: 101 }, still, still, still])).reads).toHaveLength(2);
  const there = { head: 101, logs: [log] };
  expect((await watch([there, there, there, there])).reads).toHaveLength(2);
  const next = { head: 102 };
  expect(ranges((await watch([still, still, still, next, next, next])).reads).map(([, to]) => to)).toEqual([
    ...[101, 101, 102, 102],
  ]);
  const replaced = { head: 101, block: () => ({ hash: hashOf(101, 1) }) };
  const { reads, removed } = await watch([{ head: 101, logs: [log] }, replaced, replaced, still, still]);
  expect([reads.length, removed]).toEqual([3, [1n]]);
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
  const turns = [1099, 1099, 1098].map((head): Turn => ({ head, refuse }));
  const { reads } = await watch(turns, { reorgBlocks: 2000 });
  expect(reads.map(({ fromBlock, toBlock }) => toBlock - fromBlock + 1)).toEqual([1000, 500, 500, 500, 500, 999]);
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

test("pauses twice as long with each failure, to half a minute or a longer poll", () => {
  const even = () => 0.5;
  expect([1, 2, 3, 9].map((failures) => watchPauseMs(failures, 1_000, even))).toEqual([2_000, 4_000, 8_000, 30_000]);
  expect([1, 9].map((failures) => watchPauseMs(failures, 60_000, even))).toEqual([60_000, 60_000]);
});
