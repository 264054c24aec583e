import { createConnection } from "node:net";
import { JsonRpcProvider } from "ethers";
import { ExplainedError } from "./explained-error.ts";

/** A JSON-RPC connection that asks for the chain's id only once. */
export const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, { polling: true, pollingInterval: 100, batchMaxCount: 1, cacheTimeout: -1 });

/** Whether it can be the URL of a chain. */
export const isRpcUrl = (given: string): boolean => /^https?:$/.test(URL.parse(given)?.protocol ?? "");

/** All of an address that is ever shown: hosted servers have keys in its path and query, private ones a password before it. */
const shown = (rpcUrl: string): string => URL.parse(rpcUrl)?.origin ?? "the address";

/** One question may take so long; a chain on a busy machine is asked again. */
const QUESTION_MS = 5_000;
const PATIENCE_MS = 60_000;

export interface ChainCheck {
  /** How long a chain that is up may be silent. */
  readonly patienceMs?: number;
  /** How long one question may take; then it is asked again. */
  readonly questionMs?: number;
  /** Tells people that it takes longer. */
  readonly tell?: (text: string) => void;
}

/** Checks that a chain of the user's own answers. One that is up and slow gets time; where nothing listens, none is spent. */
export async function checkChain(rpcUrl: string, options: ChainCheck = {}): Promise<void> {
  const { patienceMs = PATIENCE_MS, questionMs = QUESTION_MS, tell = console.error } = options;
  const end = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      await chainId(rpcUrl, AbortSignal.timeout(questionMs));
      return;
    } catch (cause) {
      if (cause instanceof ExplainedError) throw cause;
      if (!isTimeout(cause) || !(await isListening(rpcUrl)))
        throw new ExplainedError(
          `No chain answers at ${shown(rpcUrl)}.`,
          "Start one there, or give --rpc another URL.",
          cause,
        );
      if (performance.now() >= end)
        throw new ExplainedError(
          `The chain at ${shown(rpcUrl)} is up, but has not answered for ${Math.round(patienceMs / 1000)} s.`,
          "It is slow or stuck: run this again when the machine is less busy, or start the chain again.",
          cause,
        );
      if (tries === 1) tell(`The chain at ${shown(rpcUrl)} is up and slow; waiting for its answer …`);
    }
  }
}

const isTimeout = (thrown: unknown): boolean => thrown instanceof DOMException && thrown.name === "TimeoutError";

/** Whether something takes connections there: a busy process does so, by its system, long before it answers. */
function isListening(rpcUrl: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(rpcUrl);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port || (protocol === "https:" ? 443 : 80)) });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(QUESTION_MS, () => end(false));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** What the chain at the URL calls itself. Throws if nothing answers, an ExplainedError if something else than a chain does. */
export async function chainId(rpcUrl: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    signal,
  });
  const answer = await response.text();
  const result = resultOf(answer);
  if (typeof result !== "string")
    throw new ExplainedError(
      `What answers at ${shown(rpcUrl)} is no chain: it says nothing to eth_chainId.`,
      "Give the URL of a JSON-RPC node.",
    );
  return result;
}

function resultOf(answer: string): unknown {
  try {
    return (JSON.parse(answer) as { result?: unknown } | null)?.result;
  } catch {
    // A page, or half of one.
    return undefined;
  }
}
