import { concat, keccak256 } from "ethers";

/** RFC 6962's definition: split at the largest power of two below the number of leaves. */
export const rootByDefinition = (leaves: readonly string[]): string => {
  const [first] = leaves;
  if (first === undefined) return keccak256("0x");
  if (leaves.length === 1) return keccak256(concat(["0x00", first]));
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return keccak256(concat(["0x01", rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split))]));
};
