// One nonce at servers that say what a real one says only on a bad day. With real chains: sender-servers.test.ts.
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { FeeData } from "ethers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { recordingLog } from "../../../test/support/hosts.ts";
import { receiptOf, refusing, type ServerScript, scriptedServer } from "../../../test/support/scripted-server.ts";
import { identityFromSecret } from "../wallet/identity.ts";
import { Delivery, type DeliveryDesk, type DeliveryOrder } from "./delivery.ts";
import type { RpcErrorKind } from "./rpc-error.ts";
import { memoryJournal, type SentCall } from "./send-journal.ts";

const account = identityFromSecret(new Uint8Array(32).fill(7));
const TO: Address = `0x${"cc".repeat(20)}`;
const call = { what: "deposit 5", to: TO, data: "0x1234", gasLimit: 1n } as const;
const sentCall: SentCall = { intent: "i", nonce: 4, fromBlock: 90, hashes: [], sentAtMs: 0 };
const FOREVER = 2 ** 52;

interface Staging {
  readonly script?: Partial<ServerScript>;
  readonly desk?: Partial<DeliveryDesk>;
  readonly order?: Partial<DeliveryOrder>;
}

/** A delivery of nonce 4 at a scripted server. */
function stage({ script = {}, desk = {}, order = {} }: Staging = {}) {
  const server = scriptedServer(script);
  const { log, lines } = recordingLog();
  const journal = memoryJournal();
  const events: string[] = [];
  const write = (written: SentCall): void => {
    events.push(`write ${written.hashes.length}`);
    journal.write(written);
  };
  const noted = { ...journal, write };
  const shared = { confirmations: 1, pollMs: 0, stuckAfterMs: FOREVER, foreignDepth: 0 };
  const delivery = new Delivery(
    { provider: server.provider, account, chainId: 5n, journal: noted, log, ...shared, ...desk },
    {
      ...{ call, gasLimit: 60_000n, sent: sentCall, deadline: FOREVER, signal: new AbortController().signal },
      onSigned: (hash) => void events.push(`signed ${hash}`),
      ...order,
    },
  );
  const { receive } = server.answers;
  server.answers.receive = (transaction, times) => {
    events.push(`sent ${transaction.hash}`);
    receive(transaction, times);
  };
  return { ...server, delivery, journal, lines, events };
}

/** A receipt for whatever was sent last, once so many were sent. */
const minedAfter = (staged: ReturnType<typeof stage>, times: number): void => {
  staged.answers.receipt = (hash) =>
    staged.sent.length >= times && hash === staged.sent.at(-1)?.hash ? receiptOf(hash) : null;
};
const hashesOf = ({ sent }: ReturnType<typeof stage>): string[] => sent.map(({ hash }) => String(hash));

afterEach(() => void vi.useRealTimers());

describe("a delivery", () => {
  it("notes the hash, tells it, and only then sends what was asked, signed for this chain and nonce", async () => {
    const staged = stage();
    minedAfter(staged, 1);
    const receipt = await staged.delivery.run();
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
    expect(staged.delivery.hashes).toEqual([hash]);
    expect(staged.journal.find("i")).toEqual({ ...sentCall, hashes: [hash] });
  });

  it("offers one price where the chain has no base fee", async () => {
    const staged = stage({ script: { fees: () => new FeeData(9n, null, null) } });
    minedAfter(staged, 1);
    await staged.delivery.run();
    expect(staged.sent[0]).toMatchObject({ type: 0, gasPrice: 9n });
  });

  it("looks for what was sent before, and sends nothing when that is in a block", async () => {
    const before: Hex = `0x${"0b".repeat(32)}`;
    const staged = stage({
      script: { receipt: (hash) => (hash === before ? receiptOf(hash) : null) },
      order: { sent: { ...sentCall, hashes: [before] } },
    });
    expect(staged.delivery.isOut).toBe(true);
    expect(await staged.delivery.run()).toMatchObject({ hash: before });
    expect(staged.sent).toEqual([]);
    expect(staged.delivery.hashes).toEqual([before]);
  });

  it("waits for as many confirmations as are asked for", async () => {
    let confirmations = 0;
    const staged = stage({ desk: { confirmations: 3 } });
    staged.answers.receipt = (hash) => receiptOf(hash, ++confirmations);
    await staged.delivery.run();
    expect(confirmations).toBe(3);
  });

  it("asks for no confirmations where its own block is enough", async () => {
    const staged = stage();
    const confirmed = vi.fn(async () => 0);
    staged.answers.receipt = (hash) => ({ ...receiptOf(hash), confirmations: confirmed });
    await staged.delivery.run();
    expect(confirmed).not.toHaveBeenCalled();
  });
});

describe("a fee", () => {
  it("is raised by a quarter eight times when nothing is mined, then the last one is sent again", async () => {
    const staged = stage({ desk: { stuckAfterMs: 0 } });
    minedAfter(staged, 12);
    await staged.delivery.run();
    expect(staged.sent).toHaveLength(12);
    expect(new Set(hashesOf(staged)).size).toBe(9);
    const offered = staged.sent.map(({ maxFeePerGas }) => maxFeePerGas ?? 0n);
    expect(offered.slice(0, 3)).toEqual([1000n, 1251n, 1564n]);
    expect(new Set(offered.slice(8)).size).toBe(1);
    expect(new Set(staged.sent.map(({ nonce }) => nonce))).toEqual(new Set([4]));
    expect(staged.lines.map(({ msg }) => msg)).toContain("transaction is stuck, sending it again");
    expect(staged.lines[0]).toMatchObject({ nonce: 4, what: "deposit 5", raises: 1 });
    expect(staged.delivery.hashes).toHaveLength(9);
  });

  it("follows the market, and rises all the same where the market cannot be read", async () => {
    let reads = 0;
    const fees = (): FeeData => {
      if (++reads === 3) throw new Error("no answer");
      return new FeeData(null, reads === 2 ? 5000n : 1000n, 10n);
    };
    const staged = stage({ script: { fees }, desk: { stuckAfterMs: 0 } });
    minedAfter(staged, 3);
    await staged.delivery.run();
    expect(staged.sent.map(({ maxFeePerGas }) => maxFeePerGas)).toEqual([1000n, 5000n, 6251n]);
  });

  it("that is too low is raised at once", async () => {
    for (const kind of ["cheap", "taken"] as const) {
      const staged = stage({
        script: {
          receive: (_, times) => {
            if (times < 3) throw refusing(kind);
          },
        },
      });
      minedAfter(staged, 3);
      await staged.delivery.run();
      expect(new Set(hashesOf(staged)).size, kind).toBe(3);
    }
  });

  it("is not raised against a transaction of somebody else that waits under the nonce: it is sent again later", async () => {
    const staged = stage({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 4) throw refusing("taken");
        },
      },
      desk: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 4);
    await staged.delivery.run();
    expect(new Set(hashesOf(staged).slice(0, 4)).size).toBe(1);
  });

  it("is raised against one's own transaction that came in although its answer was lost", async () => {
    const staged = stage({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 3) throw refusing("taken");
        },
      },
    });
    staged.answers.known = (hash) => ({ hash });
    minedAfter(staged, 3);
    await staged.delivery.run();
    expect(new Set(hashesOf(staged)).size).toBe(3);
    expect(staged.delivery.isOut).toBe(true);
  });

  it("is not raised where nobody can say whose the waiting transaction is", async () => {
    const staged = stage({
      script: {
        count: (tag) => {
          if (tag === "pending") throw new Error("no pool here");
          return 4;
        },
        receive: (_, times) => {
          if (times < 3) throw refusing("taken");
        },
      },
      desk: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 3);
    await staged.delivery.run();
    expect(new Set(hashesOf(staged)).size).toBe(1);
  });
});

describe("a refusal", () => {
  it.each<RpcErrorKind>(["busy", "lag", "indexing", "nonceAhead"])(
    "of a server that is %s is waited out, and nothing counts as sent",
    async (kind) => {
      const staged = stage({
        script: {
          receive: (_, times) => {
            if (times < 4) throw refusing(kind);
            expect(staged.delivery.isOut).toBe(false);
          },
        },
      });
      minedAfter(staged, 4);
      await staged.delivery.run();
      expect(new Set(hashesOf(staged)).size).toBe(1);
      expect(staged.delivery.isOut).toBe(true);
    },
  );

  it.each<RpcErrorKind>(["funds", "invalid"])("for good (%s) ends it while nothing is out", async (kind) => {
    const staged = stage({
      script: {
        receive: () => {
          throw refusing(kind);
        },
      },
    });
    await expect(staged.delivery.run()).rejects.toMatchObject({ kind });
    expect(staged.delivery.isOut).toBe(false);
  });

  it.each<RpcErrorKind>(["funds", "invalid"])(
    "for good (%s) of a raised fee ends nothing: the first one is out",
    async (kind) => {
      const staged = stage({
        script: {
          receive: (_, times) => {
            if (times > 1) throw refusing(kind);
          },
        },
        desk: { stuckAfterMs: 0 },
      });
      staged.answers.receipt = (hash) =>
        staged.sent.length > 3 && hash === staged.sent[0]?.hash ? receiptOf(hash) : null;
      expect(await staged.delivery.run()).toMatchObject({ hash: staged.sent[0]?.hash });
    },
  );

  it.each<RpcErrorKind>(["known", "nonceUsed"])(
    "that says %s means that it is there: it is looked for, not sent again",
    async (kind) => {
      let looks = 0;
      const staged = stage({
        script: {
          receive: () => {
            throw refusing(kind);
          },
        },
      });
      staged.answers.receipt = (hash) => (++looks < 5 ? null : receiptOf(hash));
      await staged.delivery.run();
      expect(staged.sent).toHaveLength(1);
      expect(staged.delivery.isOut).toBe(true);
      expect(staged.lines).toEqual([]);
    },
  );

  it("in words that nobody knows may mean anything: it counts as sent, is told, and is sent again", async () => {
    const staged = stage({
      script: {
        receive: (_, times) => {
          if (times < 3) throw new Error("teapot");
        },
      },
    });
    minedAfter(staged, 3);
    await staged.delivery.run();
    expect(new Set(hashesOf(staged)).size).toBe(1);
    expect(staged.lines).toHaveLength(2);
    expect(staged.lines[0]).toMatchObject({ nonce: 4, what: "deposit 5", problem: "teapot" });
  });
});

describe("the end", () => {
  it("comes by the deadline, with what the server last said and what to look for", async () => {
    const staged = stage({
      script: {
        receive: () => {
          throw refusing("busy");
        },
      },
      order: { deadline: 0 },
    });
    await expect(staged.delivery.run()).rejects.toMatchObject({
      code: "TRANSACTION_FAILED",
      message: expect.stringMatching(/deposit 5 .* The RPC server last said: busy, it says\.$/),
      next: expect.stringMatching(/^Look for it/),
    });
    const silent = stage({ order: { deadline: 0 } });
    await expect(silent.delivery.run()).rejects.toMatchObject({ message: expect.stringMatching(/may still be\.$/) });
  });

  it("does not come by errors of looking, which prove nothing", async () => {
    let looks = 0;
    const staged = stage();
    staged.answers.receipt = (hash) => {
      if (++looks < 4) throw new Error("no answer");
      return receiptOf(hash);
    };
    await staged.delivery.run();
    expect([looks, staged.sent.length]).toEqual([4, 1]);
  });

  it("comes by the signal at once, when it begins and while the server hangs", async () => {
    const stop = new AbortController();
    const staged = stage({ order: { signal: stop.signal } });
    staged.answers.receive = () => stop.abort();
    await expect(staged.delivery.run()).rejects.toMatchObject({ name: "AbortError" });
    const before = stage({ order: { signal: stop.signal, sent: { ...sentCall, hashes: [`0x${"0b".repeat(32)}`] } } });
    await expect(before.delivery.run()).rejects.toMatchObject({ name: "AbortError" });
    expect(before.sent).toEqual([]);
  });

  it("comes by proof that the nonce went to somebody else, looked for at every fifth look", async () => {
    let blocks = 0;
    const foreign = { from: account.address, nonce: "0x4", hash: `0x${"0f".repeat(32)}` };
    const staged = stage({
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
    expect(await staged.delivery.run()).toBe("foreign");
    expect([blocks, looks]).toEqual([3, 11]);
  });

  it("waits until a foreign transaction lies as deep as is asked", async () => {
    let head = 95;
    const foreign = { from: account.address, nonce: "0x4", hash: `0x${"0f".repeat(32)}` };
    const staged = stage({
      script: {
        head: () => ++head,
        count: (tag) => (tag === "latest" || (typeof tag === "number" && tag >= 95) ? 5 : 4),
        block: () => ({ transactions: [foreign] }),
      },
      desk: { foreignDepth: 4 },
    });
    expect(await staged.delivery.run()).toBe("foreign");
    expect(head).toBe(99);
  });

  it("does not come by a used nonce whose own transaction is in a block: nothing is sent any more, its receipt comes", async () => {
    let looks = 0;
    const staged = stage({ desk: { stuckAfterMs: 0 } });
    staged.answers.count = (tag) => (tag === "latest" || (typeof tag === "number" && tag >= 95) ? 5 : 4);
    staged.answers.block = () => ({ transactions: [{ from: account.address, nonce: 4, hash: staged.sent[0]?.hash }] });
    staged.answers.receipt = (hash) => (++looks < 20 ? null : receiptOf(hash));
    await staged.delivery.run();
    expect(staged.sent).toHaveLength(1);
  });

  it("comes without a block that shows it only two minutes after the nonce was seen used, and that without a break", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
    const seenAt: number[] = [];
    let isUsed = true;
    const staged = stage({
      script: {
        count: (tag) => {
          if (tag === "latest") vi.setSystemTime(Date.now() + 10_000);
          if (tag === "latest" && seenAt.length === 0 && Date.now() > 1_100_000) {
            isUsed = false;
            seenAt.push(Date.now());
          } else if (tag === "latest") isUsed = true;
          if (tag === "finalized") return 5;
          return isUsed && tag === "latest" ? 5 : 4;
        },
      },
    });
    expect(await staged.delivery.run()).toBe("foreign");
    expect(Date.now() - (seenAt[0] ?? 0)).toBeGreaterThanOrEqual(120_000);
    expect(Date.now() - (seenAt[0] ?? 0)).toBeLessThan(200_000);
  });
});
