import { LloomError } from "@lloom/protocol/lloom-error";

/** A chain's server that the visitor names. */
export interface Rpc {
  /** Throws LloomError CHAIN_UNREACHABLE with what the server says. */
  readonly call: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

const TIMEOUT_MS = 30_000;
const MOST_CHARACTERS = 200;

/** Speaks JSON-RPC with a URL, which may hold a key: it is in no message. */
export function openRpc(url: string, signal: AbortSignal): Rpc {
  let id = 0;
  return {
    call: async (method, params) => {
      id += 1;
      let answer: { readonly result?: unknown; readonly error?: { readonly message?: unknown } };
      try {
        const response = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
          credentials: "omit",
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        answer = await response.json();
      } catch (cause) {
        throw unreachable("The RPC server does not answer this page.", cause);
      }
      if (answer.error === undefined && answer.result !== undefined) return answer.result;
      const said = String(answer.error?.message ?? "nothing").slice(0, MOST_CHARACTERS);
      throw new LloomError("CHAIN_UNREACHABLE", `The RPC server refuses ${method}: ${said}`, { next: NEXT });
    },
  };
}

const NEXT = "Give another server of this chain, one with logs of its whole past that lets pages of other origins ask.";
const unreachable = (message: string, cause: unknown): LloomError =>
  new LloomError("CHAIN_UNREACHABLE", message, { cause, next: NEXT });
