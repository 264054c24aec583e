// One nonce at servers that say what a real one says only on a bad day. With real chains: sender-servers.test.ts.
import type { Hex } from "@lloom/protocol/commitment-types";
import { FeeData } from "ethers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { receiptOf, refusing } from "../../../../test/support/scripted-rpc.ts";
import { account, call, minedAfter, sentCall, stageBroadcast, TO } from "../../../../test/support/staged-broadcast.ts";

afterEach(() => void vi.useRealTimers());

describe("a broadcast", () => {
  it("notes the hash, tells it, and only then sends what was asked, signed for this chain and nonce", async () => {
    const staged = stageBroadcast();
    minedAfter(staged, 1);
    const receipt = await staged.broadcast.run();
    const [transaction] = staged.sent;
    expect(transaction?.toJSON()).toMatchObject({
      ...{
        type: 2,
        to: expect.stringMatching(new RegExp(TO, "i")),
        data: call.data,
        nonce: 4,
        chainId: "5",
        value: "0",
      },
      ...{ gasLimit: "60000", maxFeePerGas: "1000", maxPriorityFeePerGas: "10" },
    });
    expect(transaction?.from?.toLowerCase()).toBe(account.address);
    const hash = transaction?.hash;
    expect(receipt).toMatchObject({ hash });
    expect(staged.events).toEqual(["write 1", `signed ${hash}`, `sent ${hash}`]);
    expect(staged.broadcast.hashes).toEqual([hash]);
    expect(staged.journal.find("i")).toEqual({ ...sentCall, hashes: [hash] });
  });

  it("offers one price where the chain has no base fee", async () => {
    const staged = stageBroadcast({ script: { fees: () => new FeeData(9n, null, null) } });
    minedAfter(staged, 1);
    await staged.broadcast.run();
    expect(staged.sent[0]).toMatchObject({ type: 0, gasPrice: 9n });
  });

  it("looks for what was sent before, and sends nothing when that is in a block", async () => {
    const before: Hex = `0x${"0b".repeat(32)}`;
    const staged = stageBroadcast({
      script: { receipt: (hash) => (hash === before ? receiptOf(hash) : null) },
      order: { sent: { ...sentCall, hashes: [before] } },
    });
    expect(staged.broadcast.isOut).toBe(true);
    expect(await staged.broadcast.run()).toMatchObject({ hash: before });
    expect(staged.sent).toEqual([]);
    expect(staged.broadcast.hashes).toEqual([before]);
  });

  it("waits for as many confirmations as are asked for", async () => {
    let confirmations = 0;
    const staged = stageBroadcast({ terms: { confirmations: 3 } });
    staged.answers.receipt = (hash) => receiptOf(hash, ++confirmations);
    await staged.broadcast.run();
    expect(confirmations).toBe(3);
  });

  it("asks for no confirmations where its own block is enough", async () => {
    const staged = stageBroadcast();
    const confirmed = vi.fn(async () => 0);
    staged.answers.receipt = (hash) => ({ ...receiptOf(hash), confirmations: confirmed });
    await staged.broadcast.run();
    expect(confirmed).not.toHaveBeenCalled();
  });
});

describe("the end", () => {
  it("comes by the deadline, with what the server last said and what to look for", async () => {
    const staged = stageBroadcast({
      script: {
        receive: () => {
          throw refusing("busy");
        },
      },
      order: { deadlineMs: 0 },
    });
    await expect(staged.broadcast.run()).rejects.toMatchObject({
      code: "TRANSACTION_FAILED",
      message: expect.stringMatching(/deposit 5 .* The RPC server last said: busy, it says\.$/),
      next: expect.stringMatching(/^Look for it/),
    });
    const silent = stageBroadcast({ order: { deadlineMs: 0 } });
    await expect(silent.broadcast.run()).rejects.toMatchObject({ message: expect.stringMatching(/may still be\.$/) });
  });

  it("does not come by errors of looking, which prove nothing", async () => {
    let looks = 0;
    const staged = stageBroadcast();
    staged.answers.receipt = (hash) => {
      if (++looks < 4) throw new Error("no answer");
      return receiptOf(hash);
    };
    await staged.broadcast.run();
    expect([looks, staged.sent.length]).toEqual([4, 1]);
  });

  it("comes by the signal at once, when it begins and while the server hangs", async () => {
    const stop = new AbortController();
    const staged = stageBroadcast({ order: { signal: stop.signal } });
    staged.answers.receive = () => stop.abort();
    await expect(staged.broadcast.run()).rejects.toMatchObject({ name: "AbortError" });
    expect([staged.broadcast.isOut, staged.lines]).toEqual([true, []]);
    const before = stageBroadcast({
      order: { signal: stop.signal, sent: { ...sentCall, hashes: [`0x${"0b".repeat(32)}`] } },
    });
    await expect(before.broadcast.run()).rejects.toMatchObject({ name: "AbortError" });
    expect(before.sent).toEqual([]);
  });

  it("comes by the signal before anything more is sent, whatever the server is just asked", async () => {
    const stop = new AbortController();
    const looking = stageBroadcast({ order: { signal: stop.signal } });
    looking.answers.receive = () => {
      throw refusing("busy");
    };
    looking.answers.receipt = () => {
      stop.abort();
      return null;
    };
    await expect(looking.broadcast.run()).rejects.toMatchObject({ name: "AbortError" });
    expect(looking.sent).toHaveLength(1);
    const raising = new AbortController();
    let reads = 0;
    const fees = (): FeeData => {
      if (++reads > 1) raising.abort();
      return new FeeData(null, 1000n, 10n);
    };
    const staged = stageBroadcast({ script: { fees }, terms: { stuckAfterMs: 0 }, order: { signal: raising.signal } });
    await expect(staged.broadcast.run()).rejects.toMatchObject({ name: "AbortError" });
    expect(staged.sent).toHaveLength(1);
  });

  it("comes by proof that the nonce went to somebody else, looked for at every fifth look", async () => {
    let blocks = 0;
    const foreign = { from: account.address, nonce: "0x4", hash: `0x${"0f".repeat(32)}` };
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "latest" || (typeof tag === "number" && tag >= 95) ? 5 : 4),
        block: () => (++blocks < 3 ? null : { transactions: [foreign] }),
      },
    });
    let looks = 0;
    staged.answers.receipt = () => {
      looks++;
      return null;
    };
    expect(await staged.broadcast.run()).toBe("foreign");
    expect([blocks, looks]).toEqual([3, 11]);
  });

  it("waits until a foreign transaction lies as deep as is asked", async () => {
    let head = 95;
    const foreign = { from: account.address, nonce: "0x4", hash: `0x${"0f".repeat(32)}` };
    const staged = stageBroadcast({
      script: {
        head: () => ++head,
        count: (tag) => (tag === "latest" || (typeof tag === "number" && tag >= 95) ? 5 : 4),
        block: () => ({ transactions: [foreign] }),
      },
      terms: { foreignDepth: 4 },
    });
    expect(await staged.broadcast.run()).toBe("foreign");
    expect(head).toBe(99);
  });

  it("does not come by a used nonce whose own transaction is in a block: nothing is sent any more, its receipt comes", async () => {
    let looks = 0;
    const staged = stageBroadcast({ terms: { stuckAfterMs: 0 } });
    staged.answers.count = (tag) => (tag === "latest" || (typeof tag === "number" && tag >= 95) ? 5 : 4);
    staged.answers.block = () => ({ transactions: [{ from: account.address, nonce: 4, hash: staged.sent[0]?.hash }] });
    staged.answers.receipt = (hash) => (++looks < 20 ? null : receiptOf(hash));
    await staged.broadcast.run();
    expect(staged.sent).toHaveLength(1);
  });

  it("comes without a block that shows it only two minutes after the nonce was seen used, and that without a break", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const seenAt: number[] = [];
    let isUsed = true;
    const staged = stageBroadcast({
      script: {
        count: (tag) => {
          if (tag === "latest") vi.advanceTimersByTime(10_000);
          if (tag === "latest" && seenAt.length === 0 && performance.now() > 100_000) {
            isUsed = false;
            seenAt.push(performance.now());
          } else if (tag === "latest") isUsed = true;
          if (tag === "finalized") return 5;
          return isUsed && tag === "latest" ? 5 : 4;
        },
      },
    });
    expect(await staged.broadcast.run()).toBe("foreign");
    expect(performance.now() - (seenAt[0] ?? 0)).toBeGreaterThanOrEqual(120_000);
    expect(performance.now() - (seenAt[0] ?? 0)).toBeLessThan(200_000);
  });

  it("comes exactly two minutes after the nonce was first seen used, where no block shows by whom", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    let firstMs: number | undefined;
    const staged = stageBroadcast({
      script: {
        count: (tag) => {
          if (tag === "finalized") return 5;
          if (tag !== "latest") return 4;
          vi.advanceTimersByTime(8_000);
          firstMs ??= performance.now();
          return 5;
        },
      },
    });
    expect(await staged.broadcast.run()).toBe("foreign");
    expect(performance.now() - (firstMs ?? 0)).toBe(120_000);
  });
});
