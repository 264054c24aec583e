// What the watch remembers of events, and when it takes one back: staged, block by block.
import { expect, test } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import { allocated, type Filter, hashOf, watch } from "../../../../test/support/staged-watch.ts";

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
