import { createConnection } from "node:net";
import { FetchRequest, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult } from "ethers";
import { steadyClock } from "../node/src/primitives/clock.ts";
import { pause } from "../node/src/primitives/pause.ts";
import type { HttpEndpoint } from "../protocol/src/http-endpoint.ts";
import { askPatiently, type RpcAnswer } from "./ask-patiently.ts";
import { ExplainedError } from "./explained-error.ts";
import { endpointOf } from "./rpc-url.ts";

/** A JSON-RPC connection that asks for the chain's id only once, and has patience with servers that count calls. */
export const connect = (rpcUrl: string): JsonRpcProvider => new PatientProvider(endpointOf(rpcUrl));

const HOW = { polling: true, pollingInterval: 100, batchMaxCount: 1, cacheTimeout: -1 } as const;

class PatientProvider extends JsonRpcProvider {
  readonly #endpoint: HttpEndpoint;

  constructor(endpoint: HttpEndpoint) {
    const { href, authorization } = endpoint;
    const request = new FetchRequest(href);
    if (authorization !== undefined) request.setHeader("authorization", authorization);
    super(request, undefined, HOW);
    this.#endpoint = endpoint;
  }

  override async _send(given: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const payloads = Array.isArray(given) ? given : [given];
    return await Promise.all(payloads.map((payload) => this.#ask(payload)));
  }

  async #ask(payload: JsonRpcPayload): Promise<JsonRpcResult> {
    const once = async (asked: JsonRpcPayload): Promise<RpcAnswer> => (await super._send(asked))[0] ?? {};
    const answer = await askPatiently(payload, {
      ask: () => once(payload),
      isPassing: (thrown) => thrown instanceof Error && "code" in thrown && BROKEN.has(thrown.code),
      knows: async (hash) => isThere(await once({ ...payload, method: "eth_getTransactionByHash", params: [hash] })),
    }).catch((thrown: unknown) => {
      throw noAnswer(this.#endpoint, thrown);
    });
    // Ethers makes its own errors of those of the server, which it takes as results with another field.
    return (typeof answer === "string" ? { id: payload.id, result: answer } : answer) as JsonRpcResult;
  }
}

const isThere = ({ result }: RpcAnswer): boolean => result !== undefined && result !== null;

/** What ethers and Node call a connection that broke under a request; one that was never there is told at once. */
const BROKEN: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "TIMEOUT"]);

/** What ethers throws holds the request, and with it the whole address and its password: none of it is kept. */
function noAnswer({ origin, hide }: HttpEndpoint, thrown: unknown): ExplainedError {
  const { message, shortMessage = message } = thrown as Error & { readonly shortMessage?: string };
  return new ExplainedError(
    `The chain at ${origin} gives no answer: ${hide(shortMessage)}.`,
    "Look whether it still runs and lets you in, or give --rpc another URL.",
  );
}

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
  const { origin } = endpointOf(rpcUrl);
  const end = steadyClock() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      await chainId(rpcUrl, AbortSignal.timeout(questionMs));
      return;
    } catch (cause) {
      if (cause instanceof ExplainedError) throw cause;
      if (!isTimeout(cause) || !(await isListening(rpcUrl)))
        throw new ExplainedError(
          `No chain answers at ${origin}.`,
          "Start one there, or give --rpc another URL.",
          cause,
        );
      if (steadyClock() >= end)
        throw new ExplainedError(
          `The chain at ${origin} is up, but has not answered for ${Math.round(patienceMs / 1000)} s.`,
          "It is slow or stuck: run this again when the machine is less busy, or start the chain again.",
          cause,
        );
      if (tries === 1) tell(`The chain at ${origin} is up and slow; waiting for its answer …`);
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
  const endpoint = endpointOf(rpcUrl);
  const call = { method: "eth_chainId", params: [] };
  const answer = await askPatiently(call, {
    ask: () => post(endpoint, JSON.stringify({ jsonrpc: "2.0", id: 1, ...call }), signal),
    isPassing: () => false,
    knows: async () => false,
    wait: async (durationMs) => {
      await pause(durationMs, signal);
      signal.throwIfAborted();
    },
  });
  const result = typeof answer === "string" ? undefined : answer.result;
  if (typeof result !== "string")
    throw new ExplainedError(
      `What answers at ${endpoint.origin} is no chain: it says nothing to eth_chainId.`,
      "Give the URL of a JSON-RPC node.",
    );
  return result;
}

const TOO_MANY_REQUESTS = 429;

async function post({ href, authorization }: HttpEndpoint, body: string, signal: AbortSignal): Promise<RpcAnswer> {
  const headers = { "content-type": "application/json", ...(authorization !== undefined && { authorization }) };
  const response = await fetch(href, { method: "POST", headers, body, signal });
  const text = await response.text();
  if (response.status === TOO_MANY_REQUESTS) return { error: { code: TOO_MANY_REQUESTS } };
  try {
    return (JSON.parse(text) as RpcAnswer | null) ?? {};
  } catch {
    // A page, or half of one.
    return {};
  }
}
