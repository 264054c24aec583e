import { randomBytes } from "node:crypto";
import type { TypedData } from "@lloom/protocol/commitments";
import { Signature, Transaction, TypedDataEncoder } from "ethers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type SignerMethod,
  type SignerServer,
  signedTransaction,
  signedWords,
  startSigner,
} from "../../../test/support/signer-server.ts";
import { recoverAddress } from "./recover.ts";
import { openRemoteSigner, type RemoteSigner } from "./remote-signer.ts";

const OTHER = `0x${"0e".repeat(20)}` as const;
const UNSIGNED = {
  ...{ type: 2, chainId: 31337n, to: OTHER, data: "0x1234", nonce: 7, value: 5n },
  ...{ gasLimit: 100_000n, maxFeePerGas: 3n, maxPriorityFeePerGas: 2n },
};
const WORDS: TypedData = {
  domain: { name: "Lloom", version: "2", chainId: 31337n, verifyingContract: OTHER },
  primaryType: "Unlock",
  fields: [
    { name: "client", type: "address" },
    { name: "amount", type: "uint96" },
  ],
  message: { client: OTHER, amount: 2n ** 90n },
};
const digest = TypedDataEncoder.hash(WORDS.domain, { Unlock: [...WORDS.fields] }, WORDS.message) as `0x${string}`;

let server: SignerServer;
beforeEach(async () => {
  server = await startSigner(randomBytes(32));
});
afterEach(() => server[Symbol.asyncDispose]());

const open = (options: Partial<Parameters<typeof openRemoteSigner>[0]> = {}): Promise<RemoteSigner> =>
  openRemoteSigner({ url: server.url, signal: AbortSignal.timeout(20_000), ...options });
const unsigned = (): Transaction => Transaction.from(UNSIGNED);

describe("a key that another program has", () => {
  it.each([
    UNSIGNED,
    { ...{ type: 0, chainId: 1n, to: OTHER, data: "0x", nonce: 0, value: 0n }, gasLimit: 21_000n, gasPrice: 9n },
  ])("signs a transaction of type $type as it is", async (fields) => {
    const transaction = Transaction.from(fields);
    const { r, vs } = await (await open()).signTransaction(transaction);
    transaction.signature = Signature.from({ r, yParityAndS: vs });
    expect(transaction.from?.toLowerCase()).toBe(server.address);
  });

  it("signs words that it can read, numbers without a digit lost", async () => {
    const signature = await (await open()).signTypedData(WORDS);
    expect(recoverAddress(digest, signature)).toBe(server.address);
  });

  it("is asked by the names that it knows, in the forms that it has for them", async () => {
    const { eth_accounts, eth_signTransaction } = server.methods as Record<string, SignerMethod>;
    server.methods = {
      account_list: eth_accounts as SignerMethod,
      account_signTransaction: async (params, wallet) => ({ raw: await eth_signTransaction?.(params, wallet), tx: {} }),
      account_signTypedData: ([, words], wallet) => signedWords(JSON.stringify(words), wallet),
    };
    const signer = await open();
    await signer.signTransaction(unsigned());
    expect(recoverAddress(digest, await signer.signTypedData(WORDS))).toBe(server.address);
    expect(server.called.filter((name) => name.startsWith("account_"))).toHaveLength(3);
  });

  it("is the one that is named, where the program has several", async () => {
    server.methods["eth_accounts"] = (_, { address }) => [OTHER, address];
    await expect(open()).rejects.toMatchObject({
      code: "SIGNER_REFUSED",
      message: expect.stringContaining("has 2 accounts"),
      next: `Say which: --signer-address ${OTHER}`,
    });
    expect((await open({ address: server.address })).address).toBe(server.address);
    await expect(open({ address: `0x${"0f".repeat(20)}` })).rejects.toMatchObject({
      next: expect.stringContaining(`one that it has: ${OTHER}, ${server.address}`),
    });
  });
});

/** A signer that does this in place of what it was asked, and what is said of it. */
const LIES: readonly (readonly [string, SignerMethod, RegExp])[] = [
  [
    "another receiver",
    ([fields], wallet) => signedTransaction({ ...(fields as object), to: `0x${"0f".repeat(20)}` }, wallet),
    /signed another transaction than it was asked to; nothing was sent/,
  ],
  [
    "fees of its own",
    ([fields], wallet) => signedTransaction({ ...(fields as object), maxFeePerGas: "0xffff" }, wallet),
    /signed another transaction/,
  ],
  [
    "another key",
    async ([fields]) => {
      await using other = await startSigner(randomBytes(32));
      return other.methods["eth_signTransaction"]?.([fields], undefined as never);
    },
    /gave a signature of 0x\w{40} in place of/,
  ],
  ["a hash of what it sent itself", () => `0x${"ab".repeat(32)}`, /answered with no signed transaction/],
  ["nothing", () => null, /answered with no signed transaction/],
  [
    "a no",
    () => {
      throw new Error("denied by rule 7");
    },
    /refused to answer eth_signTransaction: denied by rule 7/,
  ],
];

describe("a program that signs something else", () => {
  it.each(LIES)("is not believed: %s", async (_, method, sentence) => {
    server.methods["eth_signTransaction"] = method;
    await expect((await open()).signTransaction(unsigned())).rejects.toMatchObject({
      ...{ code: "SIGNER_REFUSED", message: expect.stringMatching(sentence), next: expect.stringMatching(/\.$/) },
    });
  });

  it("is not believed of words either", async () => {
    const signer = await open();
    server.methods["eth_signTypedData_v4"] = ([, words], wallet) =>
      signedWords(String(words).replace(String(2n ** 90n), "1"), wallet);
    await expect(signer.signTypedData(WORDS)).rejects.toMatchObject({
      ...{ code: "SIGNER_REFUSED", message: expect.stringContaining("over something else") },
    });
    server.methods["eth_signTypedData_v4"] = () => "0x1234";
    await expect(signer.signTypedData(WORDS)).rejects.toMatchObject({
      message: expect.stringContaining("answered with no signature"),
    });
  });

  it("is named with what it lacks, where it signs nothing without sending it", async () => {
    server.methods = { eth_accounts: server.methods["eth_accounts"] as SignerMethod, eth_sendTransaction: () => "0x" };
    await expect((await open()).signTransaction(unsigned())).rejects.toMatchObject({
      message: expect.stringContaining("knows none of eth_signTransaction, account_signTransaction"),
    });
    expect(server.called).not.toContain("eth_sendTransaction");
  });
});

describe("a program that does not answer", () => {
  it("is waited for no longer than there is time, and asked once", async () => {
    const signer = await open({ limits: { signMs: 50 } });
    server.methods["eth_signTransaction"] = () => new Promise(() => undefined);
    await expect(signer.signTransaction(unsigned())).rejects.toMatchObject({
      code: "SIGNER_UNREACHABLE",
      message: expect.stringMatching(/does not answer: no answer within 0\.05 s\.$/),
    });
    expect(server.called.filter((name) => name === "eth_signTransaction")).toHaveLength(1);
  });

  it("is told by its host alone, whatever its address holds", async () => {
    const url = "http://user:secret@127.0.0.1:1/key/hidden?token=abc";
    const failure = await open({ url }).catch((thrown: unknown) => thrown as Error);
    expect(failure).toMatchObject({ code: "SIGNER_UNREACHABLE" });
    expect(JSON.stringify(failure) + (failure as Error).message).not.toMatch(/secret|hidden|abc/);
    await expect(open({ url: "ftp://x" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
