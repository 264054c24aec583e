import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

/** The field types that the signed types use. */
export type FieldType = "address" | "bytes32" | "string" | `uint${8 | 32 | 40 | 64 | 96 | 256}`;

/** One field of an EIP-712 struct, in the form that wallets take. */
export interface Field<Name extends string = string> {
  readonly name: Name;
  readonly type: FieldType;
}

/** Writes one field's 32-byte word at `at`. */
type WriteWord = (value: unknown, at: number) => void;

const WORD = 32;
const utf8 = new TextEncoder();

/** Value of a hex digit by its character code; what is none has 255. */
const DIGITS = new Uint8Array(128).fill(255);
for (let digit = 0; digit < 16; digit++) {
  DIGITS[digit.toString(16).charCodeAt(0)] = digit;
  DIGITS[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Prepares a function that hashes values of one EIP-712 struct: keccak256(typeHash, word of each field).
 *
 * The type is read once, here; a call only fills words into one buffer of the struct's own, which it may reuse because a
 * call never yields. The function throws LloomError REQUEST_INVALID for a value that does not fit its field, since a
 * silently truncated number would be a signature over something else.
 */
export function createStructHasher<Value extends object>(
  name: string,
  fields: readonly Field<keyof Value & string>[],
): (value: Value) => Uint8Array {
  const buffer = new Uint8Array(WORD * (fields.length + 1));
  buffer.set(keccak256(utf8.encode(typeString(name, fields))));
  const writers = fields.map((field, index) => ({
    key: field.name,
    at: WORD * (index + 1),
    write: wordWriter(buffer, field),
  }));
  return (value) => {
    for (const { key, at, write } of writers) write(value[key], at);
    return keccak256(buffer);
  };
}

/** `Name(type field,...)`: what EIP-712 calls encodeType. */
export function typeString(name: string, fields: readonly Field[]): string {
  return `${name}(${fields.map((field) => `${field.type} ${field.name}`).join(",")})`;
}

function wordWriter(buffer: Uint8Array, { name, type }: Field): WriteWord {
  if (type === "address") return hexWriter(buffer, name, 20);
  if (type === "bytes32") return hexWriter(buffer, name, 32);
  if (type === "string") return stringWriter(buffer, name);
  return integerWriter(buffer, name, Number(type.slice("uint".length)));
}

/** Right-aligned bytes given as hex of exactly that length. */
function hexWriter(buffer: Uint8Array, name: string, length: number): WriteWord {
  const characters = 2 + 2 * length;
  const refuse = (): never => {
    throw new LloomError("REQUEST_INVALID", `${name} must be 0x and ${2 * length} hex digits.`);
  };
  return (value, at) => {
    if (typeof value !== "string" || value.length !== characters || !value.startsWith("0x")) return refuse();
    for (let from = 2, to = at + WORD - length; from < characters; from += 2, to++) {
      const high = DIGITS[value.charCodeAt(from)] ?? 255;
      const low = DIGITS[value.charCodeAt(from + 1)] ?? 255;
      if ((high | low) > 15) refuse();
      buffer[to] = (high << 4) | low;
    }
  };
}

/** EIP-712 puts the hash of a string's UTF-8 into its word; a string that has no UTF-8 (lone surrogates) is refused. */
function stringWriter(buffer: Uint8Array, name: string): WriteWord {
  return (value, at) => {
    if (typeof value !== "string" || !value.isWellFormed()) {
      throw new LloomError("REQUEST_INVALID", `${name} must be well-formed text.`);
    }
    buffer.set(keccak256(utf8.encode(value)), at);
  };
}

/** Big-endian integer; a BigInt is cut into 64-bit limbs because that is what a DataView can write. */
function integerWriter(buffer: Uint8Array, name: string, bits: number): WriteWord {
  const view = new DataView(buffer.buffer);
  const maximum = (1n << BigInt(bits)) - 1n;
  const limbs = Math.ceil(bits / 64);
  return (value, at) => {
    if (typeof value !== "bigint" || value < 0n || value > maximum) {
      throw new LloomError("REQUEST_INVALID", `${name} must be an integer from 0 to 2^${bits} - 1.`);
    }
    view.setBigUint64(at + 24, value);
    for (let limb = 1; limb < limbs; limb++) view.setBigUint64(at + 24 - 8 * limb, value >> BigInt(64 * limb));
  };
}
