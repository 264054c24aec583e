import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import {
  FetchRequest,
  type JsonRpcError,
  type JsonRpcPayload,
  JsonRpcProvider,
  type JsonRpcResult,
  Network,
} from "ethers";
import { LloomError } from "../../errors.ts";
import { type Backoff, backoffMs } from "../../primitives/backoff.ts";
import { pause } from "../../primitives/pause.ts";
import { rpcEndpoint } from "./rpc-endpoint.ts";
import { RpcError, type RpcErrorBody, rpcErrorKind } from "./rpc-error.ts";
import { type HttpAnswer, type NoAnswer, RpcTransport } from "./rpc-transport.ts";
import { toldCall } from "./told-call.ts";

/** How often a call is tried; then the failure goes to the caller, whose own loop or user decides. */
const TRIES = 4;
/** Three seconds in all. */
const PAUSES: Backoff = { firstMs: 400, longestMs: 1_600 };
/** A server may ask for more patience, up to this. */
const LONGEST_RETRY_MS = 10_000;
/** Chains of Hardhat, Anvil and Ganache: blocks at once, slow estimates, no fees to compete for. */
const LOCAL_CHAIN_IDS: readonly bigint[] = [31337n, 1337n];

export const isLocalChain = (chainId: bigint): boolean => LOCAL_CHAIN_IDS.includes(chainId);

/** What the server answered; `isAfterLoss` where an earlier try of the same call may have arrived, too. */
type Reply = (JsonRpcResult | JsonRpcError) & { readonly isAfterLoss?: boolean };

/**
 * ethers' provider, over a transport that asks again when the RPC server does not answer or has too much to do. Every call
 * that a node makes may be repeated: reads by nature, a raw transaction since its hash is its identity. A JSON-RPC error
 * counts whatever HTTP status it comes with. Errors of the transport are LloomError CHAIN_UNREACHABLE, those of the server
 * RpcError; none of them holds more of the server's address than its origin.
 */
export class RetryingProvider extends JsonRpcProvider {
  readonly #endpoint: HttpEndpoint;
  readonly #transport: RpcTransport;
  readonly #pauses: Backoff;

  /** Use `openProvider`. */
  constructor(endpoint: HttpEndpoint, chainId?: bigint, pauses: Backoff = PAUSES) {
    // A plain network: the named ones of ethers ask gas price services of third parties.
    const network = chainId === undefined ? undefined : new Network("lloom", chainId);
    super(new FetchRequest(endpoint.origin), network, {
      // One request per call: waiting to fill a batch costs more than it saves. No caching: a nonce or balance a quarter
      // of a second old is wrong.
      batchMaxCount: 1,
      cacheTimeout: -1,
      staticNetwork: network ?? null,
      pollingInterval: chainId !== undefined && isLocalChain(chainId) ? 50 : 2000,
    });
    this.#endpoint = endpoint;
    this.#transport = new RpcTransport(endpoint);
    this.#pauses = pauses;
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    // ethers takes errors in the place of results here, and says so at its own call of this method alone.
    return (await toldCall(payload, () => this.#ask(payload))) as JsonRpcResult[];
  }

  override getRpcError(payload: JsonRpcPayload, { id, error, isAfterLoss = false }: Reply & JsonRpcError): Error {
    const clean = this.#clean(error) as JsonRpcError["error"];
    const kind = rpcErrorKind(clean);
    const isExecution = payload.method === "eth_call" || payload.method === "eth_estimateGas";
    // ethers reads reverts, and takes everything else that goes wrong with a call for one.
    if (!isExecution || isOutage(kind, clean)) return new RpcError(kind, clean, isAfterLoss);
    return super.getRpcError(payload, { id, error: clean });
  }

  override destroy(): void {
    this.#transport[Symbol.dispose]();
    if (!this.destroyed) super.destroy();
  }

  /** The chain's id by one call that does not wait for ethers' own start, which would retry for ever and print. */
  async readChainId(): Promise<bigint> {
    const [answer] = await this.#ask({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const result: unknown = answer !== undefined && "result" in answer ? answer.result : undefined;
    if (typeof result !== "string" || !/^0x[0-9a-f]+$/i.test(result)) {
      throw this.#unreachable("it does not answer eth_chainId");
    }
    return BigInt(result);
  }

  async #ask(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<Reply[]> {
    const body = JSON.stringify(payload);
    const { closed } = this.#transport;
    let isAfterLoss = false;
    for (let tries = 1; ; tries++) {
      const answer = await this.#transport.post(body);
      const answers = "status" in answer ? parse(answer.text, payload) : undefined;
      isAfterLoss ||= !("status" in answer) || answer.isRepeat || answers === undefined;
      const told = answers?.map((one) => ({ ...one, isAfterLoss }));
      if (told !== undefined && !told.some(isBusy)) return told;
      if (closed.aborted) throw new LloomError("CANCELLED", "The chain was closed.");
      if (tries === TRIES || (told === undefined && !mayPass(answer))) {
        if (told !== undefined) return told;
        throw this.#unreachable(reasonOf(answer), detailsOf(answer));
      }
      const asked = "status" in answer ? Math.min(answer.retryAfterMs, LONGEST_RETRY_MS) : 0;
      await pause(Math.max(backoffMs(tries, this.#pauses), asked), closed);
    }
  }

  #unreachable(reason: string, details: Readonly<Record<string, unknown>> = {}): LloomError {
    const { origin } = this.#endpoint;
    return new LloomError("CHAIN_UNREACHABLE", `The chain's RPC server ${origin} does not serve: ${reason}.`, {
      details,
    });
  }

  /** An error's words without the server's address; revert data, which are hex, stay as they are. */
  #clean(value: unknown): unknown {
    if (typeof value === "string") return /^0x[0-9a-f]*$/i.test(value) ? value : this.#endpoint.hide(value);
    if (Array.isArray(value)) return value.map((item) => this.#clean(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#clean(item)]));
  }
}

/**
 * A provider for the chain behind a URL, its id read once; `pauses` lie between the tries of a call.
 * @throws LloomError CONFIG_INVALID for a URL that is not http or https; CHAIN_UNREACHABLE; CANCELLED.
 */
export async function openProvider(
  rpcUrl: string,
  signal?: AbortSignal,
  pauses?: Backoff,
): Promise<{ provider: RetryingProvider; chainId: bigint }> {
  const endpoint = rpcEndpoint(rpcUrl);
  const probe = new RetryingProvider(endpoint, undefined, pauses);
  using giveUp = new DisposableStack();
  const stop = (): void => probe.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  giveUp.defer(() => signal?.removeEventListener("abort", stop));
  try {
    const chainId = await probe.readChainId();
    return { provider: new RetryingProvider(endpoint, chainId, pauses), chainId };
  } finally {
    probe.destroy();
  }
}

/** The JSON-RPC answers of a body; `undefined` for a page of a proxy, or half an answer. */
function parse(text: string, payload: JsonRpcPayload | JsonRpcPayload[]): Reply[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const answers: unknown[] = Array.isArray(body) ? body : [body];
  if (!answers.every(isAnswer)) return undefined;
  const [only] = answers;
  // Who refuses before reading does not know the call's id.
  return only === undefined || Array.isArray(payload) ? answers : [{ ...only, id: payload.id }];
}

const isAnswer = (value: unknown): value is Reply =>
  typeof value === "object" &&
  value !== null &&
  ("result" in value || ("error" in value && typeof value.error === "object" && value.error !== null));

const isBusy = (answer: Reply): boolean => "error" in answer && rpcErrorKind(answer.error) === "busy";

/** A call that failed without having been executed. */
const isOutage = (kind: ReturnType<typeof rpcErrorKind>, { message, data }: RpcErrorBody): boolean =>
  (kind === "busy" || kind === "lag" || kind === "indexing") &&
  data === undefined &&
  !/revert/i.test(String(message ?? ""));

/** Refusals (401, 404, not JSON) stay; lost connections, timeouts and overload may pass. */
const mayPass = (answer: HttpAnswer | NoAnswer): boolean =>
  !("status" in answer) || answer.status === 408 || answer.status === 429 || answer.status >= 500;

const reasonOf = (answer: HttpAnswer | NoAnswer): string => {
  if (!("status" in answer)) return answer.reason;
  return answer.status === 200 ? "its answer is not JSON-RPC" : `HTTP status ${answer.status}`;
};

const detailsOf = (answer: HttpAnswer | NoAnswer): Readonly<Record<string, unknown>> => {
  if ("status" in answer) return { status: answer.status };
  return answer.isTimeout === true ? { isTimeout: true } : {};
};
