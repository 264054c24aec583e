/** docs/protocol/chain.md, with ethers. */
import { Contract, keccak256, toUtf8Bytes, type Wallet } from "ethers";
import { type Fields, type Network, TYPES } from "./signing.ts";

const tuple = (fields: readonly { name: string; type: string }[]): string =>
  // Calldata carries the hash of the model's name.
  `(${fields.map(({ name, type }) => `${type === "string" ? "bytes32" : type} ${name}`).join(", ")})`;
const SIGNATURE = "(bytes32 r, bytes32 vs)";
const ACCOUNTING = [
  "function domainSeparator() view returns (bytes32)",
  "function paymentToken() view returns (address)",
  "function stakeRegistry() view returns (address)",
  "function deposit(uint256 amount)",
  "function allocate(address executor, uint256 amount)",
  "function channels(address client, address executor) view returns (uint96 balance, uint96 unlocking, uint40 unlockAt)",
  "function lanes(address client, address executor, uint64 lane) view returns (uint96 cost, uint64 inbound, uint64 outbound, uint32 nonce)",
  `function settle((${tuple(TYPES.request.fields)} request, ${tuple(TYPES.response.fields)} response, ${SIGNATURE} clientSignature, ${SIGNATURE} executorSignature)[] pairs)`,
];
const REGISTRY = [
  "function minimumStake(uint8 role) view returns (uint256)",
  "function registerAndStake(uint8 role, bytes peerId, string metadataURI, uint256 amount)",
  "function isActive(address member) view returns (bool)",
];
const TOKEN = ["function approve(address spender, uint256 amount) returns (bool)"];
const EXECUTOR = 1;

/** A receipt, as calldata. */
export interface Pair {
  readonly request: Fields;
  readonly response: Fields;
  readonly clientSignature: unknown;
  readonly executorSignature: unknown;
}

/** An account's view of a deployment. */
export class Money {
  readonly #wallet: Wallet;
  readonly #accounting: Contract;

  constructor(wallet: Wallet, { accounting }: Network) {
    this.#wallet = wallet;
    this.#accounting = new Contract(accounting, ACCOUNTING, wallet);
  }

  /** Fills the channel to an executor. */
  async fund(executor: string, amount: bigint): Promise<void> {
    await this.#approve(String(await this.#accounting.getAddress()), amount);
    await this.#send(this.#accounting, "deposit", amount);
    await this.#send(this.#accounting, "allocate", executor, amount);
  }

  /** Becomes an executor with the least stake. */
  async stake(peerId: Uint8Array): Promise<void> {
    const registry = new Contract(String(await this.#read("stakeRegistry")), REGISTRY, this.#wallet);
    const minimum = BigInt(await registry.getFunction("minimumStake").staticCall(EXECUTOR));
    await this.#approve(String(await registry.getAddress()), minimum);
    await this.#send(registry, "registerAndStake", EXECUTOR, peerId, "", minimum);
  }

  /** What the channel can pay. */
  async channel(client: string, executor: string): Promise<bigint> {
    const { balance, unlocking } = await this.#accounting.getFunction("channels").staticCall(client, executor);
    return BigInt(balance) - BigInt(unlocking);
  }

  /** What a lane was paid. */
  async paid(client: string, executor: string, lane: bigint): Promise<bigint> {
    return BigInt((await this.#accounting.getFunction("lanes").staticCall(client, executor, lane)).cost);
  }

  async settle(pair: Pair): Promise<void> {
    const model = keccak256(toUtf8Bytes(String(pair.request["model"])));
    await this.#send(this.#accounting, "settle", [{ ...pair, request: { ...pair.request, model } }]);
  }

  /** The payment token's address. */
  token = async (): Promise<string> => String(await this.#read("paymentToken"));

  #read(view: string): Promise<unknown> {
    return this.#accounting.getFunction(view).staticCall();
  }

  async #approve(spender: string, amount: bigint): Promise<void> {
    await this.#send(new Contract(await this.token(), TOKEN, this.#wallet), "approve", spender, amount);
  }

  async #send(contract: Contract, method: string, ...values: unknown[]): Promise<void> {
    const sent = await contract.getFunction(method).send(...values);
    await sent.wait();
  }
}
