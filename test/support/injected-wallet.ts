import { JsonRpcProvider, type Wallet } from "ethers";
import type { BrowserContext } from "playwright-core";

/** Of EIP-1193: what a wallet fails with. */
interface WalletError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

type Reply = { readonly result: unknown } | { readonly error: WalletError };

interface InjectedOptions {
  readonly rpcUrl: string;
  /** Whose key it holds. */
  readonly account: Wallet;
  readonly name: string;
  /** The chain that it is on at first. */
  readonly chainId: bigint;
  /** Whether it sends several calls as one. It does so one after the other here: the chain knows no batches of plain accounts. */
  readonly batches?: boolean;
}

const DECLINED: WalletError = { code: 4001, message: "User rejected the request." };
const UNKNOWN_CHAIN: WalletError = { code: 4902, message: "Unrecognized chain." };
/** Handed on to the chain as they are. */
const READS =
  /^eth_(call|estimateGas|gasPrice|blockNumber|getBalance|getBlockByNumber|getTransactionReceipt|getTransactionByHash)$/;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** A wallet in a page of a test: it says that it is there as EIP-6963 has it, and does what its owner, the test, lets it. */
export class InjectedWallet {
  readonly #provider: JsonRpcProvider;
  readonly #options: InjectedOptions;
  readonly #batches = new Map<string, readonly string[]>();
  readonly added: unknown[] = [];
  /** Methods that its owner says no to, each as often as it is named. */
  readonly declines: string[] = [];
  account: Wallet;
  batches: boolean;
  isConnected = false;
  knowsChain = false;
  chainId: bigint;

  constructor(options: InjectedOptions) {
    this.#options = options;
    this.#provider = new JsonRpcProvider(options.rpcUrl, undefined, {
      batchMaxCount: 1,
      cacheTimeout: -1,
      pollingInterval: 50,
    });
    this.account = options.account;
    this.batches = options.batches ?? false;
    this.chainId = options.chainId;
  }

  /** Puts the wallet into every page of a context from now on. */
  async install(context: BrowserContext): Promise<void> {
    const binding = `wallet_${this.#options.name.replace(/\W/g, "")}`;
    await context.exposeBinding(binding, (_source, method: string, params: unknown[]) => this.#answer(method, params));
    await context.addInitScript(announce, { binding, name: this.#options.name });
  }

  [Symbol.dispose](): void {
    this.#provider.destroy();
  }

  async #answer(method: string, params: unknown[]): Promise<Reply> {
    const declined = this.declines.indexOf(method);
    if (declined >= 0) {
      this.declines.splice(declined, 1);
      return { error: DECLINED };
    }
    try {
      return { result: await this.#do(method, params) };
    } catch (thrown) {
      const failure = thrown as WalletError & {
        readonly info?: { readonly error?: WalletError };
        readonly error?: WalletError;
      };
      const { code, message, data } = failure.info?.error ?? failure.error ?? failure;
      return { error: { code: typeof code === "number" ? code : -32603, message, data } };
    }
  }

  async #do(method: string, params: unknown[]): Promise<unknown> {
    if (READS.test(method)) return await this.#provider.send(method, params);
    switch (method) {
      case "eth_accounts":
        return this.isConnected ? [this.account.address] : [];
      case "eth_requestAccounts":
        this.isConnected = true;
        return [this.account.address];
      case "eth_chainId":
        return hex(this.chainId);
      case "wallet_revokePermissions":
        this.isConnected = false;
        return null;
      case "wallet_switchEthereumChain":
        if (!this.knowsChain) throw UNKNOWN_CHAIN;
        this.chainId = BigInt((params[0] as { chainId: string }).chainId);
        return null;
      case "wallet_addEthereumChain":
        this.added.push(params[0]);
        this.knowsChain = true;
        return null;
      case "eth_signTypedData_v4":
        return await this.#sign(String(params[1]));
      case "eth_sendTransaction":
        return await this.#send(params[0] as Sent);
      case "wallet_getCapabilities":
        if (!this.batches) throw { code: 4200, message: "Unsupported method." } satisfies WalletError;
        return { [hex(this.chainId)]: { atomic: { status: "supported" } } };
      case "wallet_sendCalls":
        return await this.#sendAll((params[0] as { calls: readonly Sent[] }).calls);
      case "wallet_getCallsStatus":
        return {
          status: 200,
          receipts: await Promise.all(
            (this.#batches.get(String(params[0])) ?? []).map((hash) =>
              this.#provider.send("eth_getTransactionReceipt", [hash]),
            ),
          ),
        };
      default:
        throw { code: 4200, message: `Unsupported method ${method}.` } satisfies WalletError;
    }
  }

  async #sign(text: string): Promise<string> {
    const { domain, types, message } = JSON.parse(text);
    const { EIP712Domain: _, ...others } = types;
    return await this.account.signTypedData(domain, others, message);
  }

  async #send({ to, data, value }: Sent): Promise<string> {
    const sender = this.account.connect(this.#provider);
    return (await sender.sendTransaction({ to, data, value: BigInt(value ?? 0) })).hash;
  }

  async #sendAll(calls: readonly Sent[]): Promise<{ id: string }> {
    const hashes: string[] = [];
    for (const call of calls) hashes.push(await this.#send(call));
    const id = `batch-${this.#batches.size}`;
    this.#batches.set(id, hashes);
    return { id };
  }
}

interface Sent {
  readonly to: string;
  readonly data: string;
  readonly value?: string;
}

/** Runs in the page, before its own code: nothing but what stands here is known there. */
function announce({ binding, name }: { binding: string; name: string }): void {
  const page = globalThis as unknown as Record<string, unknown> & EventTarget;
  const ask = page[binding] as (
    method: string,
    params: readonly unknown[],
  ) => Promise<{ result: unknown } | { error: object }>;
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const tell = (event: string, value: unknown): void => {
    for (const listener of listeners.get(event) ?? []) listener(value);
  };
  const provider = {
    async request({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
      const reply = await ask(method, params);
      if ("error" in reply) throw reply.error;
      if (method === "wallet_switchEthereumChain") tell("chainChanged", undefined);
      return reply.result;
    },
    on: (event: string, listener: (value: unknown) => void) =>
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener)),
    removeListener: (event: string, listener: (value: unknown) => void) => listeners.get(event)?.delete(listener),
  };
  const icon =
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><rect width='1' height='1' fill='teal'/></svg>";
  const info = { uuid: "350670db-19fa-4704-a166-e52e178b59d2", name, icon, rdns: `test.${name.replace(/\W/g, "")}` };
  const detail = Object.freeze({ info, provider });
  const say = () => page.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  page.addEventListener("eip6963:requestProvider", say);
  say();
}
