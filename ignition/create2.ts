/**
 * Deterministic addresses: Ignition's `create2` strategy lets CreateX, a factory that has one address on every chain, create the
 * contracts. An address then follows from the factory, a salt, the code and what the constructor is given.
 */

/** Where CreateX is, on every chain that has it. */
export const CREATE_X = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";
/** Keccak-256 of its code. */
export const CREATE_X_CODE_HASH = "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f";

const DEFAULT_NAME = "lloom";
const NAME = /^[\x21-\x7e]{1,11}$/;

/**
 * 32 bytes for CreateX: 20 of whoever alone may use the salt, a zero (the same on every chain), and 11 for a name. Without a
 * name the project's own, without a deployer a salt that anybody may use.
 */
export function saltOf({ name = DEFAULT_NAME, deployer }: { name?: string | undefined; deployer?: string }): string {
  if (!NAME.test(name))
    throw new Error(
      `LLOOM_SALT is "${name}"; it takes 1 to 11 printable characters without spaces, such as "lloom-2".`,
    );
  const owner = (deployer ?? "").replace(/^0x/, "").toLowerCase().padStart(40, "0");
  return `0x${owner}00${Buffer.from(name, "ascii").toString("hex").padEnd(22, "0")}`;
}
