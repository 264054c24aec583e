// What the sender does at chains of the world, which take their time: staged, since a development chain mines at once.
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { keccak256, type Transaction } from "ethers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordingLog } from "../../../test/support/hosts.ts";
import { receiptOf, refusing, type ServerScript, scriptedServer } from "../../../test/support/scripted-server.ts";
import { LloomError } from "../errors.ts";
import { identityFromSecret } from "../wallet/identity.ts";
import { memoryJournal, type SendJournal } from "./send-journal.ts";
import { type SenderOptions, type SendOptions, TransactionSender } from "./sender.ts";

const account = identityFromSecret(new Uint8Array(32).fill(7));
const TO: Address = `0x${"cc".repeat(20)}`;
const call = { what: "deposit 5", to: TO, data: "0x1234", gasLimit: 70_000n } as const;
const INTENT = keccak256(`${TO}1234`);
const EARLIER: Hex = `0x${"0b".repeat(32)}`;
const HOUR_MS = 3_600_000;
const WORLD = 10n;
const LOCAL = 31337n;

interface Staging {
  readonly script?: Partial<ServerScript>;
  readonly chainId?: bigint;
  readonly journal?: SendJournal;
  readonly options?: Partial<SenderOptions>;
}

/** A sender at a scripted server that mines whatever it gets at once, unless the script says something else. */
function stage({ script = {}, chainId = WORLD, journal = memoryJournal(), options = {} }: Staging = {}) {
  const server = scriptedServer(script);
  const { log, lines } = recordingLog();
  server.answers.receipt =
    script.receipt ?? ((hash) => (server.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null));
  server.answers.count = script.count ?? (() => server.sent.length);
  const unit = { decimals: 6, symbol: "tUSD" };
  const sender = new TransactionSender({ provider: server.provider, account, chainId, unit, log, journal, ...options });
  return { ...server, sender, journal, lines };
}
const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
const gasLimits = (sent: readonly Transaction[]): bigint[] => sent.map(({ gasLimit }) => gasLimit);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 10 * HOUR_MS }));
afterEach(() => void vi.useRealTimers());

describe("a call", () => {
  it("is rehearsed by an estimate, and sent with a quarter more, at chains of the world", async () => {
    const { sender, sent } = stage({ script: { estimate: () => 80_000n } });
    const mined = await sender.send(call);
    expect(gasLimits(sent)).toEqual([100_000n]);
    expect(mined).toMatchObject({
      ...{ transactionHash: sent[0]?.hash, blockNumber: 101, gasUsed: 50_000n, isResumed: false },
      receipt: { hash: sent[0]?.hash },
    });
  });

  it("is rehearsed in the block to come, and sent with its own limit, at a local chain", async () => {
    const rehearsed: unknown[] = [];
    const { sender, sent } = stage({
      chainId: LOCAL,
      script: {
        estimate: () => expect.unreachable(),
        call: (tag) => {
          rehearsed.push(tag);
          return "0x";
        },
      },
    });
    await sender.send(call);
    expect(rehearsed).toEqual(["pending"]);
    expect(gasLimits(sent)).toEqual([70_000n]);
  });

  it("that would be refused is not sent", async () => {
    const { sender, sent } = stage({
      script: {
        estimate: () => {
          throw refusing("funds");
        },
      },
    });
    expect(await failureOf(sender.send(call))).toMatchObject({ code: "INSUFFICIENT_FUNDS", details: {} });
    expect(sent).toEqual([]);
  });

  it("is remembered before it is sent and forgotten once it is mined", async () => {
    const staged = stage();
    const underWay: boolean[] = [];
    staged.answers.receive = () => void underWay.push(staged.sender.isUnderWay(INTENT));
    await staged.sender.send(call);
    expect([...underWay, staged.sender.isUnderWay(INTENT)]).toEqual([true, false]);
    staged.answers.receive = () => void underWay.push(staged.sender.isUnderWay("by name"));
    await staged.sender.send({ ...call, intent: "by name" });
    expect(underWay.at(-1)).toBe(true);
  });

  it("is forgotten when it never came out, and remembered with its hash when it may have", async () => {
    const staged = stage({
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

  it("tells of its hashes as they are signed", async () => {
    const signed: Hex[] = [];
    const { sender, sent } = stage();
    await sender.send(call, { onSigned: (hash) => void signed.push(hash) });
    expect(signed).toEqual([sent[0]?.hash]);
  });

  it("that another program keeps taking the nonces from is given up", async () => {
    const foreign = (nonce: number) => ({ from: account.address, nonce, hash: EARLIER });
    const { sender, sent, lines } = stage({
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
    const staged = stage({ chainId: LOCAL });
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
    const staged = stage({
      script: {
        count: (tag) => {
          if (tag === "pending") throw refusing("unknown");
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

describe("a call that was sent before", () => {
  const journalOf = (sentAtMs: number): SendJournal => {
    const journal = memoryJournal();
    journal.write({ intent: INTENT, nonce: 3, fromBlock: 90, hashes: [EARLIER], sentAtMs });
    return journal;
  };
  const mined = (block: number | undefined) => ({
    count: () => 4,
    receipt: (hash: Hex) => (hash === EARLIER ? receiptOf(hash) : null),
    block: (asked: number) => (block === undefined ? null : { timestamp: Number.isNaN(asked) ? 20_000 : block }),
    estimate: (): bigint => {
      throw refusing("invalid");
    },
  });

  it("is gone on with, also where the same would be refused now", async () => {
    const { sender, sent, journal, lines } = stage({ journal: journalOf(10 * HOUR_MS), script: mined(0) });
    expect(await sender.send(call)).toMatchObject({ isResumed: true, transactionHash: EARLIER });
    expect(sent).toEqual([]);
    expect(journal.find(INTENT)).toBeUndefined();
    expect(lines[0]).toMatchObject({ nonce: 3, hashes: [EARLIER], what: "deposit 5" });
  });

  it.each([
    ["sent an hour ago", 9 * HOUR_MS, 0, true],
    ["sent longer ago, and mined an hour ago", 0, 20_000 - 3600, true],
    ["sent longer ago, in a block that cannot be read", 0, undefined, true],
    ["sent and mined longer ago", 9 * HOUR_MS - 1, 20_000 - 3601, false],
  ])("and was %s is the same call, or the user's past", async (_, sentAtMs, block, isSame) => {
    const staged = stage({ journal: journalOf(sentAtMs), script: mined(block) });
    staged.answers.estimate = () => 80_000n;
    const { receipt } = staged.answers;
    staged.answers.receipt = (hash) =>
      receipt(hash) ?? (staged.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: isSame });
    expect(staged.sent).toHaveLength(isSame ? 0 : 1);
  });

  it("and was reverted is made anew", async () => {
    const staged = stage({ journal: journalOf(10 * HOUR_MS), script: { count: () => 4 } });
    staged.answers.receipt = (hash) =>
      hash === EARLIER ? { ...receiptOf(hash), status: 0 } : staged.sent.length > 0 ? receiptOf(hash) : null;
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: false });
    expect(staged.sent).toHaveLength(1);
  });
});

describe("a transaction that was reverted", () => {
  const reverted = (script: Partial<ServerScript>) =>
    stage({ script: { receipt: (hash) => ({ ...receiptOf(hash), status: 0 }), ...script } });

  it("says so with its hash and its gas where its replay tells no reason", async () => {
    const { sender, sent } = reverted({});
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      message: expect.stringMatching(/was reverted/),
      next: "It may have run out of gas, or the chain changed meanwhile: try again.",
      details: { transactionHash: sent[0]?.hash, transactionHashes: [sent[0]?.hash], gasUsed: "50000" },
    });
  });

  it("says so too where its replay fails for another reason, and the contract's reason where there is one", async () => {
    const { sender, answers, sent } = reverted({
      call: () => {
        throw refusing("lag");
      },
    });
    expect(await failureOf(sender.send(call))).toMatchObject({ message: expect.stringMatching(/was reverted/) });
    const replayed: unknown[] = [];
    answers.call = (tag) => {
      replayed.push(tag);
      throw Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION", data: null });
    };
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      details: { error: "unknown", transactionHash: sent[1]?.hash, transactionHashes: [sent[1]?.hash] },
    });
    expect(replayed).toEqual([101]);
  });
});

describe("the wait", () => {
  it("ends with the caller's signal or the sender's end, before and after the sending", async () => {
    const stopped: SendOptions = { signal: AbortSignal.abort() };
    const { sender, sent } = stage({ script: { receipt: () => null } });
    expect(await failureOf(sender.send(call, stopped))).toMatchObject({
      code: "CANCELLED",
      message: expect.stringMatching(/deposit 5/),
    });
    expect(sent).toEqual([]);
    const sending = failureOf(sender.send(call));
    await vi.waitUntil(() => sent.length > 0, { timeout: 20_000 });
    await sender[Symbol.asyncDispose]();
    expect(await sending).toMatchObject({ code: "CANCELLED", details: { transactionHashes: [sent[0]?.hash] } });
  });

  it("takes a thousand calls and no more", async () => {
    const { sender } = stage({ script: { receipt: () => null } });
    const all = Array.from({ length: 1000 }, () => failureOf(sender.send(call)));
    expect(() => sender.send(call)).toThrow(
      expect.objectContaining({ code: "TRANSACTION_FAILED", message: expect.stringMatching(/1000 transactions wait/) }),
    );
    await sender[Symbol.asyncDispose]();
    expect(await Promise.all(all)).toHaveLength(1000);
    expect(await failureOf(sender.send(call))).toMatchObject({ code: "CANCELLED" });
  });

  it("is as long as the chain takes: fees rise after 45 seconds, at a local chain after 5", async () => {
    for (const [chainId, stuckMs] of [
      [WORLD, 45_000],
      [LOCAL, 5_000],
    ] as const) {
      const times: number[] = [];
      const staged = stage({ chainId });
      staged.answers.receive = () => void times.push(Date.now());
      staged.answers.receipt = (hash) => {
        const isFirstLook = times.length === 1 && Date.now() === times[0];
        vi.setSystemTime(Date.now() + (isFirstLook ? stuckMs - 1 : 1));
        return staged.sent.length > 1 ? receiptOf(hash) : null;
      };
      await staged.sender.send(call);
      expect((times[1] ?? 0) - (times[0] ?? 0), String(chainId)).toBe(stuckMs);
    }
  });

  it("ends after fifteen minutes unless told otherwise, at a local chain after one", async () => {
    for (const [chainId, longestMs] of [
      [WORLD, 900_000],
      [LOCAL, 60_000],
    ] as const) {
      const started = Date.now();
      const staged = stage({ chainId, options: { stuckAfterMs: 2 ** 40 } });
      staged.answers.receipt = () => {
        vi.setSystemTime(Date.now() + longestMs / 2);
        return null;
      };
      expect(await failureOf(staged.sender.send(call)), String(chainId)).toMatchObject({ code: "TRANSACTION_FAILED" });
      expect(Date.now() - started).toBe(longestMs);
    }
  });
});
