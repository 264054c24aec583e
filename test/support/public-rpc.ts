import { keccak256 } from "ethers";
import { seeded } from "../../protocol/test/seeded.ts";
import { openGate, type RpcError, type RpcGate } from "./rpc-gate.ts";
import { wordsOf } from "./rpc-words.ts";

/** Of a hundred calls, so many are one too many. */
const TOO_MANY_PERCENT = 6;
/** So many times a receipt is asked for in vain. */
const LATE = 2;
/** The answer to every such transaction is lost. */
const LOST_EVERY = 4;

/** A server as public ones are, in front of a chain of our own. */
export interface PublicRpc extends RpcGate {
  /** What was staged, by kind. */
  readonly staged: Readonly<Record<"tooMany" | "late" | "lost", number>>;
}

/**
 * Opens a server that has no accounts and signs nothing, refuses calls that are too many in the two ways that hosted ones
 * have, knows receipts late, and loses answers to transactions that it took.
 */
export async function openPublicRpc(target: string, seed: number): Promise<PublicRpc> {
  const gate = await openGate(target);
  const { below } = seeded(seed);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const staged = { tooMany: 0, late: 0, lost: 0 };
  const asked = new Map<string, number>();
  const taken = new Set<string>();
  /** Of the newest call. */
  let fate: { readonly error?: RpcError; readonly isLost?: true } = {};
  const decide = (method: string, params: readonly unknown[]): typeof fate => {
    if (below(100) < TOO_MANY_PERCENT) {
      staged.tooMany += 1;
      return { error: oneOf(TOO_MANY_WORDS) };
    }
    if (/^(eth_sendTransaction|hardhat_.*|evm_.*)$/.test(method)) return { error: unknownMethod(method) };
    if (method !== "eth_sendRawTransaction") return {};
    const hash = keccak256(String(params[0]));
    if (taken.has(hash)) return { error: oneOf(wordsOf("known")) };
    taken.add(hash);
    if (taken.size % LOST_EVERY !== 0) return {};
    staged.lost += 1;
    return { isLost: true };
  };
  gate.observe = (method, params) => {
    fate = decide(method, params);
  };
  gate.answer = () => fate.error;
  gate.decide = () => (fate.isLost === true ? "loseAnswer" : "pass");
  gate.distort = (method, result, params) => {
    if (method === "eth_accounts") return [];
    if (method !== "eth_getTransactionReceipt" || result === null) return result;
    const times = (asked.get(String(params[0])) ?? 0) + 1;
    asked.set(String(params[0]), times);
    if (times > LATE) return result;
    staged.late += 1;
    return null;
  };
  return Object.assign(gate, { staged });
}

const TOO_MANY_WORDS: readonly RpcError[] = [
  { code: -32005, message: "daily request count exceeded, request rate limited" },
  { code: -32005, message: "rate limit exceeded", status: 429 },
  { code: 429, message: "Too Many Requests" },
];

const unknownMethod = (method: string): RpcError => ({
  code: -32601,
  message: `the method ${method} does not exist/is not available`,
});
