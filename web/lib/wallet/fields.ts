import { parseAmount, shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { addressOf, hashOf } from "@lloom/protocol/identifiers";
import { LloomError } from "@lloom/protocol/lloom-error";
import { getAddress } from "ethers/address";

/** A field as it was read, or what is wrong with it in a sentence. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const ZERO_ADDRESS = `0x${"00".repeat(20)}`;

/** Reads an amount of which there is so much; "all" is all of it. */
export function readAmount(
  text: string,
  { token, most, of }: { token: TokenUnit; most: bigint; of: string },
): Read<bigint> {
  const typed = text.trim();
  if (typed === "") return { problem: `Give an amount in ${token.symbol}, such as 1.5.` };
  try {
    const value = typed.toLowerCase() === "all" ? most : parseAmount(typed, token.decimals);
    if (value > most) return { problem: `${of} ${shownAmount(most, token)}: give no more than that.` };
    if (value === 0n) return { problem: most === 0n ? `${of} 0 ${token.symbol}.` : "Give more than zero." };
    return { value };
  } catch (thrown) {
    return { problem: thrown instanceof LloomError ? thrown.message : "This is no amount." };
  }
}

/** Reads an address; one in mixed case has to be spelled as its checksum has it, so that a slip of the pen is noticed. */
export function readAddress(text: string, whose: string): Read<Address> {
  const typed = text.trim();
  const value = addressOf(typed);
  if (value === undefined) return { problem: `Give ${whose} as an address: 0x and 40 hexadecimal digits.` };
  if (value === ZERO_ADDRESS) return { problem: "Nobody has the address that is all zeros." };
  try {
    getAddress(typed);
  } catch {
    return { problem: "Its capitals do not fit its digits (EIP-55): a character is wrong. Copy it again." };
  }
  return { value };
}

/** Reads a 32-byte id. */
export function readId(text: string, whose: string): Read<Hex> {
  const value = hashOf(text.trim());
  return value === undefined ? { problem: `Give ${whose}: 0x and 64 hexadecimal digits.` } : { value };
}
