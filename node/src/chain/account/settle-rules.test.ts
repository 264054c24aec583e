// What is made of a settlement's receipt: staged, event by event. With a real contract: settle.test.ts.
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import { keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { createExchange } from "../../../../test/support/exchange.ts";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { accountingInterface } from "../contracts.ts";
import { settleGas } from "../send/gas.ts";
import type { SendOptions } from "../send/sender.ts";
import { checkPair, pairOf, SETTLE_PAIRS, settle } from "./settle.ts";

const ESCROW: Address = `0x${"ac".repeat(20)}`;
const OTHER: Address = `0x${"0e".repeat(20)}`;
const HASH: Hex = `0x${"77".repeat(32)}`;
const { receipt } = createExchange();
const [first, second, third] = [1n, 2n, 3n].map((lane) => receipt({ lane })) as [Receipt, Receipt, Receipt];
const hashOf = (transaction: number): Hex => `0x${String(transaction).padStart(64, "0")}`;

interface StagedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}
const event = (name: string, values: readonly unknown[], address: string = ESCROW): StagedLog => ({
  address,
  ...accountingInterface.encodeEventLog(name, values),
});
/** Of a lane that was settled; its amounts begin with this one. */
const settled = (amount: bigint): StagedLog =>
  event("LaneSettled", [
    ...[ESCROW, OTHER, 1n, HASH, HASH, HASH, 1n, 1n, 0n, 0n],
    ...[amount, amount + 1n, amount + 2n, amount + 3n, amount + 4n],
  ]);
const rejected = (index: number, reason: string, address?: string): StagedLog =>
  event("PairRejected", [index, HASH, accountingV2Facts.Rejection.indexOf(reason as never)], address);
const amountsFrom = (amount: bigint) => ({
  ...{ acknowledgedPaid: amount, tailPaid: amount + 1n, laneCost: amount + 2n },
  ...{ unpaid: amount + 3n, channelBalance: amount + 4n },
});

type Turn = (pairs: number) => readonly StagedLog[];

/** A chain whose transactions, in turn, bring these events. */
function stage(...turns: readonly Turn[]) {
  const sent: { readonly call: ContractCall; readonly options: SendOptions; readonly lanes: readonly bigint[] }[] = [];
  const send = async (call: ContractCall, options: SendOptions) => {
    const [pairs] = accountingInterface.decodeFunctionData("settle", call.data);
    const lanes = [...pairs].map(({ request }) => BigInt(request.lane));
    sent.push({ call, options, lanes });
    const logs = turns[sent.length - 1]?.(lanes.length) ?? [];
    const gasUsed = BigInt(sent.length) * 1000n;
    return { transactionHash: hashOf(sent.length), blockNumber: 1, gasUsed, isResumed: false, receipt: { logs } };
  };
  const chain = { accounting: ESCROW, sender: { send } } as unknown as Chain;
  return { chain, sent };
}

describe("a settlement", () => {
  it("sends all pairs in one call to the escrow, with gas for so many, under the caller's terms", async () => {
    const { chain, sent } = stage(() => [settled(0n), settled(0n)]);
    const options = { deadlineMs: 7 };
    await settle(chain, [second, first], options);
    expect(sent).toMatchObject([{ lanes: [2n, 1n], options }]);
    expect(sent[0]?.call).toMatchObject({ to: ESCROW, gasLimit: settleGas(2), what: "settle 2 lanes" });
    const [[pair]] = accountingInterface.decodeFunctionData("settle", sent[0]?.call.data ?? "0x");
    expect(pair.request.model).toBe(keccak256(toUtf8Bytes(second.request.model)));
    expect(pair.response.cumulativeCost).toBe(second.response.cumulativeCost);
    const one = stage(() => [settled(0n)]);
    await settle(one.chain, [first]);
    expect(one.sent[0]?.call).toMatchObject({ what: "settle 1 lane", gasLimit: settleGas(1) });
  });

  it("tells of each pair by the escrow's own events: rejections by index, the others one by one", async () => {
    const { chain } = stage(() => [
      rejected(0, "Expired", OTHER),
      event("UnlockCancelled", [OTHER, ESCROW, 5n]),
      { ...settled(10n), address: ESCROW.toUpperCase().replace("0X", "0x") },
      rejected(1, "Nonce"),
      { address: ESCROW, topics: [HASH], data: "0x" },
      settled(20n),
    ]);
    const { pairs, transactions, gasUsed } = await settle(chain, [first, second, third]);
    expect(pairs).toEqual([
      { receipt: first, status: "paid", transactionHash: hashOf(1), ...amountsFrom(10n) },
      { receipt: second, status: "rejected", transactionHash: hashOf(1), reason: "Nonce" },
      { receipt: third, status: "paid", transactionHash: hashOf(1), ...amountsFrom(20n) },
    ]);
    expect([transactions.map(({ transactionHash }) => transactionHash), gasUsed]).toEqual([[hashOf(1)], 1000n]);
  });

  it("takes nothing for paid, nor for unpaid, of which the receipt says nothing", async () => {
    const { chain } = stage(() => [settled(10n)]);
    await expect(settle(chain, [first, second])).rejects.toMatchObject({
      ...{ code: "CHAIN_UNREACHABLE", retryable: true, message: expect.stringContaining(hashOf(1)) },
    });
  });
});

describe("more pairs than the contract takes at once", () => {
  const many = Array.from({ length: 2 * SETTLE_PAIRS + 1 }, (_, index) => ({
    ...first,
    request: { ...first.request, lane: BigInt(index) },
  }));
  const one = settled(1n);
  const allSettled: Turn = (pairs) => Array(pairs).fill(one);

  it("go in as many transactions as are needed, whose gas is added up", async () => {
    const { chain, sent } = stage(allSettled, allSettled);
    const some = many.slice(0, SETTLE_PAIRS + 1);
    const { pairs, transactions, gasUsed } = await settle(chain, some);
    expect(sent.map(({ lanes }) => lanes.length)).toEqual([64, 1]);
    expect(sent.flatMap(({ lanes }) => lanes)).toEqual(some.map((_, index) => BigInt(index)));
    expect([transactions.length, gasUsed]).toEqual([2, 3000n]);
    expect(pairs.map(({ status }) => status)).toEqual(some.map(() => "paid"));
    expect(pairs.map((pair) => pair.receipt)).toEqual(some);
  });

  it("keep what went through when a later transaction fails, and send nothing after it", async () => {
    const failing: Turn = () => {
      throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
    };
    const { chain, sent } = stage(allSettled, failing);
    const { pairs, transactions, gasUsed } = await settle(chain, many);
    expect([sent.length, transactions.length, gasUsed]).toEqual([2, 1, 1000n]);
    expect(pairs.map(({ status }) => status)).toEqual(many.map((_, index) => (index < 64 ? "paid" : "failed")));
    expect(pairs.map((pair) => pair.receipt)).toEqual(many);
    expect(pairs.at(-1)).toMatchObject({ status: "failed", error: { code: "CHAIN_UNREACHABLE" } });
  });

  it("are none of them settled, as far as is known, when the first transaction fails", async () => {
    const broken: Turn = () => {
      throw new TypeError("broken");
    };
    const { chain, sent } = stage(broken, allSettled);
    await expect(settle(chain, many)).rejects.toMatchObject({ code: "TRANSACTION_FAILED" });
    expect(sent).toHaveLength(1);
  });

  it("may be none at all", async () => {
    const { chain, sent } = stage();
    expect(await settle(chain, [])).toEqual({ transactions: [], gasUsed: 0n, pairs: [] });
    expect(sent).toEqual([]);
  });
});

describe("a pair", () => {
  it("is asked about with its model's hash, and the contract's number gets its name", async () => {
    const asked: unknown[] = [];
    const chainOf = (answer: number) =>
      ({
        contracts: {
          accounting: {
            checkPair: async (pair: unknown) => {
              asked.push(pair);
              return BigInt(answer);
            },
          },
        },
      }) as unknown as Chain;
    expect(await checkPair(chainOf(0), first)).toBe("None");
    expect(await checkPair(chainOf(accountingV2Facts.Rejection.indexOf("Expired")), first)).toBe("Expired");
    const model = keccak256(toUtf8Bytes(first.request.model));
    expect(asked).toEqual(Array(2).fill({ ...first, request: { ...first.request, model } }));
    expect(pairOf(first)).toEqual(asked[0]);
  });
});
