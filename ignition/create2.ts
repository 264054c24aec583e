import { ExplainedError } from "../checkout/explained-error.ts";

/**
 * Deterministic addresses: Ignition's `create2` strategy lets CreateX, a factory that has one address on every chain, create the
 * contracts. An address then follows from the factory, a salt, the code and what the constructor is given.
 */

/** Where CreateX is, on every chain that has it. */
export const CREATE_X = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";
/** Keccak-256 of its code. */
export const CREATE_X_CODE_HASH = "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f";

/**
 * How CreateX comes to a chain: by a transaction that its makers signed for every chain. Whoever wants it there pays its gas to the
 * account that signed it, at the price that was signed, whatever gas costs; what is left stays on that account.
 */
export const CREATE_X_DEPLOYMENT = {
  sender: "0xeD456e05CaAb11d66C4c797dD6c1D6f9A7F352b5",
  gasLimit: 3_000_000n,
  gasPriceWei: 100_000_000_000n,
} as const;

const DEFAULT_NAME = "lloom";
const NAME = /^[\x21-\x7e]{1,11}$/;

/**
 * 32 bytes for CreateX: 20 of whoever alone may use the salt (zero: anybody), a zero (the same on every chain), and 11 for a name.
 * Throws an ExplainedError for a name that does not fit.
 */
export function openSalt(name = DEFAULT_NAME): string {
  if (!NAME.test(name))
    throw new ExplainedError(
      `LLOOM_SALT is "${name}".`,
      'Give it 1 to 11 printable characters without spaces, such as "lloom-2", or leave it out.',
    );
  return `0x${"00".repeat(21)}${Buffer.from(name, "ascii").toString("hex").padEnd(22, "0")}`;
}

/** The same salt for nobody but the deployer: then nobody else can put anything at the addresses, not even the same code. */
export const reservedFor = (deployer: string, salt: string): string => `${deployer.toLowerCase()}${salt.slice(42)}`;
