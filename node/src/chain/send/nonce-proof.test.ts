import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import type { RetryingProvider } from "../rpc/provider.ts";
import { type UsedNonce, whoUsedNonce } from "./nonce-proof.ts";

const ACCOUNT: Address = `0x${"ab".repeat(20)}`;
const OWN: Hex = `0x${"01".repeat(32)}`;
const FOREIGN: Hex = `0x${"02".repeat(32)}`;
const HEAD = 1000;

/** A transaction of the account in a block, as a server tells it. */
interface Told {
  readonly block: number;
  readonly nonce: number;
  readonly hash: string;
  readonly from?: string;
}

/** What a server says of a chain; everything that a test leaves out is as on a chain where nothing is wrong. */
interface Server {
  readonly told?: readonly Told[];
  /** The account's nonce after a block, where no transaction explains it. */
  readonly nonceAt?: (block: number | "finalized") => number;
  readonly block?: unknown;
  /** Hashes that the server has a receipt for, or in its pool. */
  readonly receipts?: readonly Hex[];
  readonly pool?: readonly Hex[];
}

/** A server in the place of a chain that cannot be staged: with blocks missing, nonces moved, and old states. */
function serving({ told = [], nonceAt, block, receipts = [], pool = [] }: Server) {
  const asked: (number | "finalized")[] = [];
  const countAt = (tag: number | "finalized"): number =>
    nonceAt?.(tag) ?? told.filter((one) => tag === "finalized" || one.block <= tag).length;
  const provider = {
    getBlockNumber: async () => HEAD,
    getTransactionCount: async (account: string, tag: number | "finalized") => {
      expect(account).toBe(ACCOUNT);
      asked.push(tag);
      return countAt(tag);
    },
    send: async (method: string, [first, isWhole]: readonly unknown[]): Promise<unknown> => {
      if (method === "eth_getTransactionReceipt") return receipts.includes(first as Hex) ? { hash: first } : null;
      if (method === "eth_getTransactionByHash") return pool.includes(first as Hex) ? { hash: first } : null;
      expect([method, isWhole]).toEqual(["eth_getBlockByNumber", true]);
      if (block !== undefined) return block;
      const its = told.filter((one) => one.block === Number(first));
      return {
        transactions: its.map(({ nonce, hash, from = ACCOUNT }) => ({ nonce: `0x${nonce.toString(16)}`, hash, from })),
      };
    },
  } as unknown as RetryingProvider;
  return { provider, asked };
}

const used: UsedNonce = { account: ACCOUNT, nonce: 0, sent: [OWN], fromBlock: 900, depth: 2, isOld: false };
const who = (server: Server, changes: Partial<UsedNonce> = {}) =>
  whoUsedNonce(serving(server).provider, { ...used, ...changes });

describe("whoUsedNonce", () => {
  it("finds the transaction in whatever block it is, among others of the account", async () => {
    for (const block of [885, 886, 899, 900, 901, 950, 999, 1000]) {
      const before = { block: 885, nonce: 0, hash: FOREIGN };
      const after = { block: 1000, nonce: 2, hash: FOREIGN };
      const told = [before, { block, nonce: 1, hash: OWN }, after];
      expect(await who({ told }, { nonce: 1 }), String(block)).toBe("own");
    }
  });

  it("takes hashes and addresses in capitals for the same", async () => {
    const told = [{ block: 950, nonce: 0, hash: OWN.toUpperCase(), from: ACCOUNT.toUpperCase() }];
    expect(await who({ told }, { sent: [OWN.toUpperCase().toLowerCase() as Hex] })).toBe("own");
  });

  it("takes no transaction of another account, and none of another nonce, for the one", async () => {
    const nonceAt = (tag: number | "finalized"): number => Number(tag === "finalized" || tag >= 950);
    const other = { block: 950, nonce: 0, hash: FOREIGN, from: `0x${"cd".repeat(20)}` };
    expect(await who({ nonceAt, told: [other] })).toBe("unknown");
    expect(await who({ nonceAt, told: [{ block: 950, nonce: 7, hash: FOREIGN }] })).toBe("unknown");
  });

  it("believes in a foreign one once so many blocks lie on top of it", async () => {
    const told = (block: number): Server => ({ told: [{ block, nonce: 0, hash: FOREIGN }] });
    expect(await who(told(998))).toBe("foreign");
    expect(await who(told(999))).toBe("unknown");
    expect(await who(told(1000), { depth: 0 })).toBe("foreign");
  });

  it("asks for as many states as it takes to halve the blocks in question, and for none from before the chain", async () => {
    const { provider, asked } = serving({ told: [{ block: 3, nonce: 0, hash: OWN }] });
    expect(await whoUsedNonce(provider, { ...used, fromBlock: 5 })).toBe("own");
    expect(Math.min(...asked.map(Number))).toBe(0);
    expect(asked.length).toBeLessThanOrEqual(13);
  });

  it("looks from the head when the server is behind the block of the sending", async () => {
    expect(await who({ told: [{ block: 990, nonce: 0, hash: OWN }] }, { fromBlock: 1005 })).toBe("own");
  });

  it.each<[string, Server]>([
    ["whose states are gone", { nonceAt: () => Number.NaN }],
    ["that has the nonce used in every block", { nonceAt: () => 1 }],
    ["that has it used in none", { nonceAt: () => 0 }],
    ["that does not know the block", { told: [{ block: 950, nonce: 0, hash: OWN }], block: null }],
    ["that answers with something else", { told: [{ block: 950, nonce: 0, hash: OWN }], block: "0x" }],
    ["whose block has no list of transactions", { told: [{ block: 950, nonce: 0, hash: OWN }], block: { hash: "0x" } }],
    ["whose list is none", { told: [{ block: 950, nonce: 0, hash: OWN }], block: { transactions: "0x" } }],
  ])("proves nothing by a server %s", async (_, server) => {
    expect(await who(server)).toBe("unknown");
  });

  it("proves nothing by a server that refuses to read states", async () => {
    const refuse = (): never => {
      throw new Error("missing trie node");
    };
    expect(await who({ nonceAt: (tag) => (tag === "finalized" ? 1 : refuse()) })).toBe("unknown");
    expect(await who({ nonceAt: (tag) => (tag === "finalized" ? 1 : refuse()) }, { isOld: true })).toBe("foreign");
  });

  describe("of a nonce that no block explains", () => {
    const moved = (finalized: number): Server => ({ nonceAt: (tag) => (tag === "finalized" ? finalized : 1) });

    it("takes it for gone once it is long used in a finalized block, and nobody knows what was sent", async () => {
      expect(await who(moved(1), { isOld: true })).toBe("foreign");
      expect(await who(moved(1), { isOld: false })).toBe("unknown");
      expect(await who(moved(0), { isOld: true })).toBe("unknown");
    });

    it("waits on while any of the hashes is in a block or in the pool", async () => {
      const second: Hex = `0x${"03".repeat(32)}`;
      const sent = [OWN, second];
      for (const hash of sent) {
        expect(await who({ ...moved(1), receipts: [hash] }, { sent, isOld: true })).toBe("unknown");
        expect(await who({ ...moved(1), pool: [hash] }, { sent, isOld: true })).toBe("unknown");
      }
      expect(await who({ ...moved(1), pool: [FOREIGN] }, { sent, isOld: true })).toBe("foreign");
    });
  });
});
