import { Log as ChainLog } from "ethers";
import { expect, test } from "vitest";
import { allocated, CLIENT, EXECUTOR, hashOf, STAKES } from "../../../../test/support/staged-watch.ts";
import { stakeRegistryInterface } from "../contracts.ts";
import { decodeEvent } from "./events.ts";

const logOf = (log: ReturnType<typeof allocated>): ChainLog =>
  new ChainLog({ ...log, removed: false, transactionIndex: 0 }, undefined as never);

test("an event has the values of its ABI by name, addresses in lower case, and its place", () => {
  expect(decodeEvent(logOf(allocated({ block: 7, index: 3, amount: 5n, tx: 9, fork: 1 })))).toEqual({
    ...{ type: "Allocated", client: CLIENT, executor: EXECUTOR },
    ...{ amount: 5n, channelBalance: 5n, balance: 5n },
    ...{ blockNumber: 7, blockHash: hashOf(7, 1), transactionHash: hashOf(9), logIndex: 3 },
  });
});

test("an event of the stake registry is told from those of the accounts", () => {
  const { data, topics } = stakeRegistryInterface.encodeEventLog("Struck", [EXECUTOR, CLIENT, 1, 2n, 3n]);
  const place = allocated({ block: 7 });
  const event = decodeEvent(logOf({ ...place, address: STAKES, topics, data }));
  expect(event).toMatchObject({ type: "Struck", member: EXECUTOR, judge: CLIENT, halves: 2n });
});

test("a log that no ABI names is no event", () => {
  expect(decodeEvent(logOf({ ...allocated({ block: 7 }), topics: [hashOf(5)] }))).toBeUndefined();
});
