import { keccak256 } from "ethers";
import type { EthereumProvider } from "hardhat/types/providers";
import { z } from "zod";
import { CREATE_X, CREATE_X_CODE_HASH } from "../create2.ts";
import type { BlockFacts } from "./qualifying.ts";

/** What a chain says of itself and of the deployer. */
export interface ChainFacts {
  readonly id: number;
  readonly deployer: string;
  readonly balanceWei: bigint;
  /** The newest ones, oldest first. */
  readonly blocks: readonly BlockFacts[];
  /** How old the L1 block is that a rollup of the OP Stack follows; undefined on other chains. */
  readonly originAgeSeconds: number | undefined;
  /** Whether EIP-2935's contract is there. */
  readonly hasHistory: boolean;
  /** Whether the newest instructions that the contracts use are there. */
  readonly runsOurCode: boolean;
  /** Whether the factory of deterministic addresses is there, with the code that it has elsewhere. */
  readonly hasCreateX: boolean;
}

/** What a deployment costs. */
export interface Cost {
  readonly gas: bigint;
  readonly gasPriceWei: bigint;
}

export interface TokenFacts {
  readonly address: string;
  readonly codeBytes: number;
  readonly symbol: string | undefined;
  /** Undefined when the token does not say. */
  readonly decimals: number | undefined;
}

type Ask = Pick<EthereumProvider, "request">;
type Asking = (method: string, ...params: unknown[]) => Promise<unknown>;

const HISTORY_CONTRACT = "0x0000F90827F1C53a10cb7A02335B175320002935";
/** Blocks whose randomness is looked at. */
const BLOCKS = 16;
/** PUSH0, TSTORE, TLOAD and MCOPY, in a contract's creation that leaves nothing: it fails where one of them is not known. */
const NEW_INSTRUCTIONS = "0x5f5f5d5f5c505f5f5f5e5f5ff3";

const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i)
  .transform(BigInt);
const hex = z.string().regex(/^0x[0-9a-f]*$/i);
const blockSchema = z.object({ number: quantity, mixHash: hex.optional(), timestamp: quantity });

/** Asks a chain for everything that deploying on it depends on. Throws what the connection throws. */
export async function chainFacts(provider: Ask, deployer: string): Promise<ChainFacts> {
  const ask: Asking = (method, ...params) => provider.request({ method, params });
  const id = Number(quantity.parse(await ask("eth_chainId")));
  const balanceWei = quantity.parse(await ask("eth_getBalance", deployer, "latest"));
  const history = hex.parse(await ask("eth_getCode", HISTORY_CONTRACT, "latest"));
  const factory = hex.parse(await ask("eth_getCode", CREATE_X, "latest"));
  const blocks = await newestBlocks(ask);
  return {
    id,
    deployer,
    balanceWei,
    blocks,
    originAgeSeconds: await originAge(ask, blocks.at(-1)),
    hasHistory: history !== "0x",
    runsOurCode: await runsOurCode(ask, deployer),
    hasCreateX: keccak256(factory) === CREATE_X_CODE_HASH,
  };
}

async function newestBlocks(ask: Asking): Promise<BlockFacts[]> {
  const head = Number(quantity.parse(await ask("eth_blockNumber")));
  const blocks: BlockFacts[] = [];
  // The first block of a chain is nobody's.
  for (let number = Math.max(1, head - BLOCKS + 1); number <= head; number += 1) {
    const block = blockSchema.nullable().parse(await ask("eth_getBlockByNumber", `0x${number.toString(16)}`, false));
    if (block !== null)
      blocks.push({ number, prevRandao: BigInt(block.mixHash ?? "0x0"), timestamp: Number(block.timestamp) });
  }
  return blocks;
}

/** The contract of the OP Stack that says which L1 block is followed, and its `timestamp()`. */
const L1_BLOCK = "0x4200000000000000000000000000000000000015";
const TIMESTAMP = "0xb80777ea";

async function originAge(ask: Asking, newest: BlockFacts | undefined): Promise<number | undefined> {
  if (newest === undefined || (await ask("eth_getCode", L1_BLOCK, "latest")) === "0x") return undefined;
  const block = `0x${newest.number.toString(16)}`;
  const told = await ask("eth_call", { to: L1_BLOCK, data: TIMESTAMP }, block).catch(() => undefined);
  const origin = quantity.safeParse(told);
  return origin.success ? newest.timestamp - Number(origin.data) : undefined;
}

async function runsOurCode(ask: Asking, from: string): Promise<boolean> {
  try {
    await ask("eth_call", { from, data: NEW_INSTRUCTIONS }, "latest");
    return true;
  } catch {
    return false;
  }
}

/** Price of gas now, wei. */
export const gasPrice = async (provider: Ask): Promise<bigint> =>
  quantity.parse(await provider.request({ method: "eth_gasPrice", params: [] }));

/** Accounts that can send transactions through the connection. */
export const accountsOf = async (provider: Ask): Promise<string[]> =>
  z.array(z.string()).parse(await provider.request({ method: "eth_accounts", params: [] }));

/** `decimals()` and `symbol()`. */
const DECIMALS = "0x313ce567";
const SYMBOL = "0x95d89b41";

/** What is at a token's address. */
export async function tokenFacts(provider: Ask, address: string): Promise<TokenFacts> {
  const call = async (data: string): Promise<string | undefined> => {
    try {
      return hex.parse(await provider.request({ method: "eth_call", params: [{ to: address, data }, "latest"] }));
    } catch {
      return undefined;
    }
  };
  const code = hex.parse(await provider.request({ method: "eth_getCode", params: [address, "latest"] }));
  const decimals = await call(DECIMALS);
  const symbol = await call(SYMBOL);
  return {
    address,
    codeBytes: (code.length - 2) / 2,
    symbol: symbol === undefined ? undefined : textOf(symbol),
    decimals: decimals?.length === 66 && BigInt(decimals) < 256n ? Number(BigInt(decimals)) : undefined,
  };
}

/** A returned string; of a stranger's contract, so it is cut and made printable. Undefined if it is none. */
function textOf(data: string): string | undefined {
  const bytes = Buffer.from(data.slice(2), "hex");
  if (bytes.length < 64) return undefined;
  const length = Number(BigInt(`0x${bytes.subarray(32, 64).toString("hex")}`) & 0xffffn);
  return bytes
    .subarray(64, 64 + length)
    .toString("utf8")
    .replace(/\p{C}/gu, "?")
    .slice(0, 20);
}
