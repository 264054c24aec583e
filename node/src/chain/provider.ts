import { setTimeout as pause } from "node:timers/promises";
import { FetchRequest, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, Network } from "ethers";
import { LloomError } from "../errors.ts";

/** One HTTP request. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Waits between attempts; then the failure goes to the caller, whose own loop or user decides. */
const RETRY_AFTER_MS = [200, 800, 2400] as const;
/** Chains of Hardhat, Anvil and Ganache: blocks at once, slow estimates, no fees to compete for. */
const LOCAL_CHAIN_IDS: readonly bigint[] = [31337n, 1337n];

export const isLocalChain = (chainId: bigint): boolean => LOCAL_CHAIN_IDS.includes(chainId);

/**
 * ethers' provider, that asks again when the RPC server does not answer. Every call that a node makes may be repeated: reads
 * by nature, a raw transaction since its hash is its identity. Errors of the transport are LloomError CHAIN_UNREACHABLE.
 */
export class RetryingProvider extends JsonRpcProvider {
  readonly #where: string;
  readonly #closed = new AbortController();

  /** Use `openProvider`. */
  constructor(request: FetchRequest, chainId?: bigint) {
    // A plain network: the named ones of ethers ask gas price services of third parties.
    const network = chainId === undefined ? undefined : new Network("lloom", chainId);
    super(request, network, {
      // One request per call: waiting to fill a batch costs more than it saves. No caching: a nonce or balance a quarter
      // of a second old is wrong.
      batchMaxCount: 1,
      cacheTimeout: -1,
      staticNetwork: network ?? null,
      pollingInterval: chainId !== undefined && isLocalChain(chainId) ? 50 : 2000,
    });
    this.#where = originOf(request.url);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    for (const waitMs of RETRY_AFTER_MS) {
      try {
        return await super._send(payload);
      } catch (cause) {
        if (this.#closed.signal.aborted || !mayPass(cause)) throw this.#unreachable(cause);
        await pause(waitMs, undefined, { signal: this.#closed.signal }).catch(() => {});
      }
    }
    try {
      return await super._send(payload);
    } catch (cause) {
      throw this.#unreachable(cause);
    }
  }

  override destroy(): void {
    this.#closed.abort();
    super.destroy();
  }

  /** The chain's id by one call that does not wait for ethers' own start, which would retry for ever and print. */
  async readChainId(): Promise<bigint> {
    const [answer] = await this._send({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const result: unknown = answer?.result;
    if (typeof result !== "string" || !/^0x[0-9a-f]+$/i.test(result)) {
      throw this.#unreachable(undefined, "it does not answer eth_chainId");
    }
    return BigInt(result);
  }

  #unreachable(cause: unknown, reason = reasonOf(cause)): LloomError {
    return new LloomError("CHAIN_UNREACHABLE", `The chain's RPC server ${this.#where} does not serve: ${reason}.`, {
      cause,
    });
  }
}

/**
 * A provider for the chain behind a URL, its id read once.
 * @throws LloomError CONFIG_INVALID for a URL that is not http or https; CHAIN_UNREACHABLE.
 */
export async function openProvider(rpcUrl: string): Promise<{ provider: RetryingProvider; chainId: bigint }> {
  const request = requestOf(rpcUrl);
  const probe = new RetryingProvider(request);
  try {
    const chainId = await probe.readChainId();
    return { provider: new RetryingProvider(request, chainId), chainId };
  } finally {
    probe.destroy();
  }
}

function requestOf(rpcUrl: string): FetchRequest {
  const url = URL.parse(rpcUrl);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new LloomError("CONFIG_INVALID", "The RPC URL is not an http or https address.", {
      next: "Set it to something like http://127.0.0.1:8545.",
    });
  }
  const request = new FetchRequest(rpcUrl);
  request.timeout = REQUEST_TIMEOUT_MS;
  return request;
}

/** Providers put API keys into paths and queries: only the origin is ever shown. */
const originOf = (url: string): string => URL.parse(url)?.origin ?? "at that address";

/** Refusals (401, 404, not JSON) stay; lost connections, timeouts and overload may pass. */
function mayPass(cause: unknown): boolean {
  const status = statusOf(cause);
  if (status !== undefined) return status === 408 || status === 429 || status >= 500;
  return !(cause instanceof SyntaxError);
}

function statusOf(cause: unknown): number | undefined {
  const response: unknown = cause instanceof Error && "response" in cause ? cause.response : undefined;
  const isResponse = typeof response === "object" && response !== null && "statusCode" in response;
  return isResponse ? Number(response.statusCode) : undefined;
}

function reasonOf(cause: unknown): string {
  const status = statusOf(cause);
  if (status !== undefined) return `HTTP status ${status}`;
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "TIMEOUT") return "no answer in time";
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : "its answer is not JSON-RPC";
}
