import { keccak256 } from "ethers";
import { describe, expect, it } from "vitest";
import { wordsOf } from "../test/support/rpc-words.ts";
import { askPatiently, type RpcAnswer, type RpcCall } from "./ask-patiently.ts";

const READ: RpcCall = { method: "eth_blockNumber", params: [] };
const SEND: RpcCall = { method: "eth_sendRawTransaction", params: ["0x02c0"] };
const HASH = keccak256("0x02c0");
const LOST = new Error("socket hang up");

/** Asks a server that has these answers, one after another; what it throws passes. */
async function asked(call: RpcCall, said: readonly (RpcAnswer | Error)[], known: readonly string[] = []) {
  let pauses = 0;
  const answers = [...said];
  const answer = await askPatiently(call, {
    ask: async () => {
      const next = answers.length > 1 ? answers.shift() : answers[0];
      if (next instanceof Error) throw next;
      return next as RpcAnswer;
    },
    isPassing: (thrown) => thrown === LOST,
    knows: async (hash) => known.includes(hash),
    wait: async () => void pauses++,
  });
  return { answer, pauses };
}

describe("patience with a public RPC server", () => {
  it.each(wordsOf("busy"))("asks again after $message", async (error) => {
    expect(await asked(READ, [{ error }, LOST, { error }, { result: "0x1" }])).toEqual({
      answer: { result: "0x1" },
      pauses: 3,
    });
  });

  it("tells at once what no other try can mend", async () => {
    for (const error of [...wordsOf("funds"), ...wordsOf("invalid"), ...wordsOf("unknown")])
      expect(await asked(SEND, [{ error }])).toEqual({ answer: { error }, pauses: 0 });
    await expect(asked(READ, [new Error("no such host")])).rejects.toThrow("no such host");
  });

  it("gives up after two minutes, with what the server said last", async () => {
    const [error] = wordsOf("busy");
    expect(await asked(READ, [{ error: error ?? {} }])).toEqual({ answer: { error }, pauses: 11 });
    await expect(asked(READ, [LOST])).rejects.toThrow(LOST);
  });

  it("says once that it takes longer", async () => {
    const [error = {}] = wordsOf("busy");
    let told = 0;
    const answers: RpcAnswer[] = [...Array.from({ length: 6 }, () => ({ error })), { result: "0x1" }];
    const ask = async () => answers.shift() as RpcAnswer;
    const rest = { isPassing: () => false, knows: async () => false, wait: async () => undefined };
    await askPatiently(READ, { ask, ...rest, tell: () => void told++ });
    expect(told).toBe(1);
  });

  it.each(wordsOf("known"))("takes a transaction for sent whose repeat is answered with $message", async (error) => {
    expect((await asked(SEND, [LOST, { error }])).answer).toBe(HASH);
    // Without an earlier try of our own it is somebody else's word.
    expect((await asked(SEND, [{ error }])).answer).toEqual({ error });
  });

  it.each(wordsOf("nonceUsed"))("after $message looks whether the block has its own transaction", async (error) => {
    expect((await asked(SEND, [LOST, { error }], [HASH])).answer).toBe(HASH);
    expect((await asked(SEND, [LOST, { error }])).answer).toEqual({ error });
  });
});
