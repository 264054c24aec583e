import type { Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";

/** A wallet's way to its account and to the chain, as EIP-1193 has it. */
export interface Provider {
  request(call: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
  on?(event: string, listener: (value: unknown) => void): unknown;
  removeListener?(event: string, listener: (value: unknown) => void): unknown;
}

const ANY_HEX = /^0x[0-9a-fA-F]*$/;
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;

const notOf = (method: string, wanted: string): LloomError =>
  new LloomError("RESPONSE_INVALID", `The wallet answers ${method} with something that is not ${wanted}.`);

/** Asks a wallet for a number. Throws what the wallet throws, and LloomError RESPONSE_INVALID for anything else. */
export async function askNumber(provider: Provider, method: string, params: readonly unknown[] = []): Promise<bigint> {
  const told = await provider.request({ method, params });
  if (typeof told === "string" && QUANTITY.test(told)) return BigInt(told);
  throw notOf(method, "a number");
}

/** Asks a wallet for bytes, such as a hash or a signature. Throws as `askNumber`. */
export async function askHex(provider: Provider, method: string, params: readonly unknown[]): Promise<Hex> {
  const told = await provider.request({ method, params });
  if (typeof told === "string" && ANY_HEX.test(told)) return told.toLowerCase() as Hex;
  throw notOf(method, "bytes");
}

/** Asks a wallet for an object; undefined where there is none, as of a transaction that is in no block yet. Throws as `askNumber`. */
export async function askRecord(
  provider: Provider,
  method: string,
  params: readonly unknown[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const told = await provider.request({ method, params });
  if (told === null || told === undefined) return undefined;
  if (typeof told === "object" && !Array.isArray(told)) return told as Readonly<Record<string, unknown>>;
  throw notOf(method, "an object");
}

/** A number as wallets take it. */
export const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`;
