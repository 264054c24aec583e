// What the sender does at chains of the world, which take their time: staged, since a development chain mines at once.
import type { Hex } from "@lloom/protocol/commitment-types";
import type { Transaction } from "ethers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import {
  account,
  call,
  EARLIER,
  failureOf,
  HOUR_MS,
  INTENT,
  LOCAL,
  stageSender,
} from "../../../../test/support/staged-sender.ts";
import { LloomError } from "../../errors.ts";
import { GAS_CAP } from "./gas.ts";
import { memoryJournal } from "./send-journal.ts";
import type { SendOptions } from "./sender.ts";

const gasLimits = (sent: readonly Transaction[]): bigint[] => sent.map(({ gasLimit }) => gasLimit);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"], now: 10 * HOUR_MS }));
afterEach(() => void vi.useRealTimers());

describe("a call", () => {
  it("is rehearsed by an estimate, and sent with a quarter more, at chains of the world", async () => {
    const rehearsed: unknown[] = [];
    const estimate = (asked: unknown): bigint => {
      rehearsed.push(asked);
      return 80_000n;
    };
    const { sender, sent, lines } = stageSender({ script: { estimate } });
    const mined = await sender.send({ ...call, value: 3n });
    expect(rehearsed).toEqual([{ from: account.address, to: call.to, data: call.data, value: 3n }]);
    expect([gasLimits(sent), lines]).toEqual([[100_000n], []]);
    expect(mined).toMatchObject({
      ...{ transactionHash: sent[0]?.hash, blockNumber: 101, gasUsed: 50_000n, isResumed: false },
      receipt: { hash: sent[0]?.hash },
    });
  });

  it("is rehearsed in the block to come, and sent with its own limit, at a local chain", async () => {
    const rehearsed: unknown[] = [];
    const { sender, sent } = stageSender({
      chainId: LOCAL,
      script: {
        estimate: () => expect.unreachable(),
        call: (tag, asked) => {
          rehearsed.push([tag, asked]);
          return "0x";
        },
      },
    });
    await sender.send(call);
    const { to, data } = call;
    expect(rehearsed).toEqual([["pending", { from: account.address, to, data, value: 0n, gasLimit: GAS_CAP }]]);
    expect(gasLimits(sent)).toEqual([70_000n]);
  });

  it("that would be refused is not sent", async () => {
    const { sender, sent } = stageSender({
      script: {
        estimate: () => {
          throw refusing("funds");
        },
      },
    });
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "INSUFFICIENT_FUNDS",
      message: expect.stringContaining(call.what),
      next: expect.stringContaining(account.address),
    });
    expect(sent).toEqual([]);
  });

  it("is remembered before it is sent and forgotten once it is mined", async () => {
    const staged = stageSender();
    const underWay: boolean[] = [];
    const signed: unknown[] = [];
    staged.answers.receive = () => {
      underWay.push(staged.sender.isUnderWay(INTENT));
      signed.push(...staged.journal.list().map((sent) => sent.call));
    };
    await staged.sender.send(call);
    expect(signed).toEqual([{ to: call.to, data: call.data, value: 0n, gasLimit: expect.any(BigInt) }]);
    expect([...underWay, staged.sender.isUnderWay(INTENT)]).toEqual([true, false]);
    staged.answers.receive = () => void underWay.push(staged.sender.isUnderWay("by name"));
    await staged.sender.send({ ...call, intent: "by name" });
    expect(underWay.at(-1)).toBe(true);
  });

  it("is forgotten when it never came out, and remembered with its hash when it may have", async () => {
    const staged = stageSender({
      script: {
        receive: () => {
          throw refusing("invalid");
        },
      },
    });
    expect(await failureOf(staged.sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      details: { nonce: 0, transactionHashes: [staged.sent[0]?.hash] },
    });
    expect(staged.sender.isUnderWay(INTENT)).toBe(false);
    staged.answers.receive = () => undefined;
    staged.answers.receipt = () => null;
    const late = await failureOf(staged.sender.send(call, { deadlineMs: 0 }));
    expect(late).toMatchObject({
      code: "TRANSACTION_FAILED",
      next: expect.stringMatching(/explorer/),
      details: { nonce: 1, transactionHashes: [staged.sent[1]?.hash] },
    });
    expect(staged.journal.find(INTENT)).toMatchObject({
      nonce: 1,
      fromBlock: 100,
      hashes: [staged.sent[1]?.hash],
      sentAtMs: 10 * HOUR_MS,
    });
  });

  it("of which nothing was signed is forgotten, and its failure has no hashes", async () => {
    const staged = stageSender({
      script: {
        fees: () => {
          throw refusing("busy");
        },
      },
    });
    const failure = await failureOf(staged.sender.send(call));
    expect(failure).toMatchObject({ code: "CHAIN_UNREACHABLE" });
    expect(failure).not.toHaveProperty("details.transactionHashes");
    expect(staged.journal.find(INTENT)).toBeUndefined();
  });

  it("that was stopped while it was being sent is remembered: the same asked again is not sent twice", async () => {
    const stop = new AbortController();
    const staged = stageSender({ script: { receive: () => stop.abort() } });
    const stopped = await failureOf(staged.sender.send(call, { signal: stop.signal }));
    expect(stopped).toMatchObject({ code: "CANCELLED", details: { transactionHashes: [staged.sent[0]?.hash] } });
    expect(staged.sender.isUnderWay(INTENT)).toBe(true);
    staged.answers.receive = () => undefined;
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: true, transactionHash: staged.sent[0]?.hash });
    expect(staged.sent).toHaveLength(1);
  });

  it("tells of its hashes as they are signed", async () => {
    const signed: Hex[] = [];
    const { sender, sent } = stageSender();
    await sender.send(call, { onSigned: (hash) => void signed.push(hash) });
    expect(signed).toEqual([sent[0]?.hash]);
  });

  it("that another program keeps taking the nonces from is given up", async () => {
    const foreign = (nonce: number) => ({ from: account.address, nonce, hash: EARLIER });
    const { sender, sent, lines } = stageSender({
      chainId: LOCAL,
      script: {
        receipt: () => null,
        count: (tag) => (tag === "pending" || (typeof tag === "number" && tag < 90) ? 0 : 1),
        block: () => ({ transactions: [foreign(0)] }),
      },
      options: { stuckAfterMs: 2 ** 40 },
    });
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      message: expect.stringContaining(`another program keeps sending from ${account.address}`),
      next: "Use the account in one place only, then try again.",
    });
    expect(sent).toHaveLength(5);
    expect(lines[0]).toMatchObject({ nonce: 0, what: "deposit 5", msg: expect.stringMatching(/used elsewhere/) });
  });
});

describe("a nonce", () => {
  it("is asked for again where a server lags behind the last receipt, three times at most", async () => {
    const staged = stageSender({ chainId: LOCAL });
    await staged.sender.send(call);
    let reads = 0;
    staged.answers.count = (tag) => (tag === "pending" && ++reads < 3 ? 0 : staged.sent.length);
    await staged.sender.send(call);
    expect([reads, staged.sent.at(-1)?.nonce]).toEqual([3, 1]);
    reads = 0;
    staged.answers.count = (tag) => {
      if (tag === "pending") reads++;
      return 0;
    };
    await staged.sender.send(call);
    expect([reads, staged.sent.at(-1)?.nonce]).toEqual([4, 0]);
  });

  it("is counted by what was mined where a server keeps no pool, but not while it is only busy", async () => {
    const staged = stageSender({
      script: {
        count: (tag) => {
          if (tag !== "latest") throw refusing("unknown");
          return 6;
        },
      },
    });
    await staged.sender.send(call);
    expect(staged.sent[0]?.nonce).toBe(6);
    staged.answers.count = (tag) => {
      if (tag === "pending") throw refusing("busy");
      return 6;
    };
    expect(await failureOf(staged.sender.send(call))).toMatchObject({ code: "CHAIN_UNREACHABLE" });
    staged.answers.count = () => {
      throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
    };
    expect(await failureOf(staged.sender.send(call))).toMatchObject({
      code: "CHAIN_UNREACHABLE",
      message: "No answer.",
    });
    expect(staged.sent).toHaveLength(1);
  });
});

describe("the wait", () => {
  it("ends with the caller's signal or the sender's end, before and after the sending", async () => {
    const stopped: SendOptions = { signal: AbortSignal.abort() };
    let rehearsals = 0;
    const estimate = (): bigint => BigInt(++rehearsals);
    const { sender, sent } = stageSender({ script: { receipt: () => null, estimate } });
    expect(await failureOf(sender.send(call, stopped))).toMatchObject({
      code: "CANCELLED",
      message: expect.stringMatching(/deposit 5/),
    });
    expect([sent, rehearsals]).toEqual([[], 0]);
    const sending = failureOf(sender.send(call));
    await vi.waitUntil(() => sent.length > 0, { timeout: 20_000 });
    await sender[Symbol.asyncDispose]();
    expect(await sending).toMatchObject({ code: "CANCELLED", details: { transactionHashes: [sent[0]?.hash] } });
  });

  it("ends for its own reason where the signal came only beside that", async () => {
    const stop = new AbortController();
    const journal = memoryJournal();
    const write = (): never => {
      stop.abort();
      throw new LloomError("STORE_FAILED", "Disk full.");
    };
    const { sender } = stageSender({ journal: { ...journal, write } });
    expect(await failureOf(sender.send(call, { signal: stop.signal }))).toMatchObject({ code: "STORE_FAILED" });
    const late = new AbortController();
    const hanging = stageSender({
      script: {
        estimate: () => {
          late.abort();
          return 1n;
        },
      },
    });
    expect(await failureOf(hanging.sender.send(call, { signal: late.signal }))).toMatchObject({
      ...{ code: "CANCELLED", message: expect.stringMatching(/deposit 5/), cause: expect.anything() },
    });
  });

  it("takes a thousand calls and no more", async () => {
    const { sender } = stageSender({ script: { receipt: () => null } });
    const all = Array.from({ length: 1000 }, () => failureOf(sender.send(call)));
    expect(() => sender.send(call)).toThrow(
      expect.objectContaining({ code: "TRANSACTION_FAILED", message: expect.stringMatching(/1000 transactions wait/) }),
    );
    await sender[Symbol.asyncDispose]();
    expect(await Promise.all(all)).toHaveLength(1000);
    expect(await failureOf(sender.send(call))).toMatchObject({ code: "CANCELLED" });
  });
});
