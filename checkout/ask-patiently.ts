import { keccak256 } from "ethers";
import { type RpcErrorBody, type RpcErrorKind, rpcErrorKind } from "../node/src/chain/rpc/rpc-error.ts";
import { backoffMs } from "../node/src/primitives/backoff.ts";
import { pause } from "../node/src/primitives/pause.ts";

/** Two minutes in all: hosted servers count calls by the second or by the minute. */
const TRIES = 12;
const PAUSES = { firstMs: 250, longestMs: 15_000 };
/** Seconds have passed by then, and somebody may be waiting before a silent terminal. */
const TOLD_AFTER = 4;

/** A JSON-RPC call, as every library writes it. */
export interface RpcCall {
  readonly method: string;
  readonly params?: unknown;
}

/** What a server answered: a result or an error. */
export interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: RpcErrorBody;
}

export interface Patience<Answer> {
  /** Asks once. It may put a signed transaction in the place of one to sign, in the call itself. */
  readonly ask: () => Promise<Answer>;
  /** Whether another try can help after what was thrown. */
  readonly isPassing: (thrown: unknown) => boolean;
  /** Whether the server knows a transaction. */
  readonly knows: (hash: string) => Promise<boolean>;
  readonly wait?: (durationMs: number) => Promise<void>;
  /** Hears once that it takes longer. */
  readonly tell?: () => void;
}

/**
 * Asks a server as public ones have to be asked: again when it has no time, and when its answer is lost. Gives the answer, or
 * the hash of a transaction that an earlier try has brought to the server although no answer said so.
 */
export async function askPatiently<Answer extends RpcAnswer>(
  call: RpcCall,
  { ask, isPassing, knows, wait = pause, tell }: Patience<Answer>,
): Promise<Answer | string> {
  for (let failures = 1; ; failures++) {
    const asked = await attempt(ask);
    if ("answer" in asked) {
      if (asked.answer.error === undefined) return asked.answer;
      const kind = rpcErrorKind(asked.answer.error);
      const sent = failures > 1 ? await sentBefore(kind, call, knows) : undefined;
      if (sent !== undefined) return sent;
      if (kind !== "busy" || failures === TRIES) return asked.answer;
    } else if (failures === TRIES || !isPassing(asked.thrown)) throw asked.thrown;
    if (failures === TOLD_AFTER) tell?.();
    await wait(backoffMs(failures, PAUSES));
  }
}

async function attempt<Answer>(
  ask: () => Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly thrown: unknown }> {
  try {
    return { answer: await ask() };
  } catch (thrown) {
    return { thrown };
  }
}

/** Hash of the call's transaction, if the server has it from an earlier try whose answer was lost. */
async function sentBefore(
  kind: RpcErrorKind,
  { method, params }: RpcCall,
  knows: (hash: string) => Promise<boolean>,
): Promise<string | undefined> {
  const [signed] = Array.isArray(params) ? params : [];
  if (method !== "eth_sendRawTransaction" || typeof signed !== "string") return undefined;
  const hash = keccak256(signed);
  return kind === "known" || (kind === "nonceUsed" && (await knows(hash))) ? hash : undefined;
}
