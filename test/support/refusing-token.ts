import { concat, Interface, toBeHex, zeroPadValue } from "ethers";
import type { TestChain } from "./chain.ts";

/** Where the token's own code goes meanwhile. */
const CODE_AT = `0x${"70".repeat(20)}`;
const REASONS = new Interface(["error Error(string reason)"]);
const TRANSFER = "a9059cbb";
const TRANSFER_FROM = "23b872dd";

export interface Refusing {
  /** Whose transfers are refused, from and to; everybody's unless given, as if the token was paused. */
  readonly wallet?: string;
}

/**
 * Makes a token on the development chain refuse transfers with USDC's words; all else of it goes on. It is itself again when the
 * refusal is disposed of.
 */
export async function refuseTransfers(
  chain: TestChain,
  token: string,
  { wallet }: Refusing = {},
): Promise<AsyncDisposable> {
  const own = (await chain.request("eth_getCode", token, "latest")) as string;
  await chain.request("hardhat_setCode", CODE_AT, own);
  await chain.request("hardhat_setCode", token, refusingCode(wallet));
  return { [Symbol.asyncDispose]: async () => void (await chain.request("hardhat_setCode", token, own)) };
}

/** Refuses what is to be refused, and leaves all else to the token's own code. */
function refusingCode(wallet: string | undefined): string {
  const reason = wallet === undefined ? "Pausable: paused" : "Blacklistable: account is blacklisted";
  const refusal = REASONS.encodeErrorResult("Error", [reason]);
  const word = (at: number): string => `60${hex(at, 1)}35`;
  const is = (at: number, address: string): string => `${word(at)}73${address.slice(2)}14`;
  // Both words may be addresses: from and to of transferFrom, to and amount of transfer.
  const isListed = wallet === undefined ? "" : `${is(4, wallet)}${is(36, wallet)}1716`;
  const isTransfer = `${word(0)}60e01c8063${TRANSFER}149063${TRANSFER_FROM}1417`;
  const delegate = `365f5f375f5f365f73${CODE_AT.slice(2)}5af43d5f5f3e`;
  const end = "3d5ffd";
  const refuse = (dataAt: number): string =>
    `5b60${hex((refusal.length - 2) / 2, 1)}61${hex(dataAt, 2)}5f3960${hex((refusal.length - 2) / 2, 1)}5ffd`;
  const jump = (to: number): string => `61${hex(to, 2)}57`;
  const bytes = (code: string): number => code.length / 2;
  const before = `${isTransfer}${isListed}`;
  const okAt = bytes(before) + 4 + bytes(delegate) + 4 + bytes(end);
  const refuseAt = okAt + bytes("5b3d5ff3");
  const dataAt = refuseAt + bytes(refuse(0));
  const code = `${before}${jump(refuseAt)}${delegate}${jump(okAt)}${end}5b3d5ff3${refuse(dataAt)}`;
  return concat([`0x${code}`, refusal]);
}

const hex = (value: number, size: number): string => zeroPadValue(toBeHex(value), size).slice(2);
