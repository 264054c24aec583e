import type { CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import type { TypedData } from "@lloom/protocol/commitments";
import { Signature, type Transaction, TypedDataEncoder } from "ethers";
import type { ChainAccount } from "../contract-call.ts";

/** The digest of words by EIP-712. */
export const typedDigest = ({ domain, primaryType, fields, message }: TypedData): Hex =>
  TypedDataEncoder.hash(domain, { [primaryType]: [...fields] }, message) as Hex;

/** The account's signature of words, wherever its key is. Throws what a remote signer throws. */
export const signWords = async (account: ChainAccount, words: TypedData): Promise<CompactSignature> =>
  "sign" in account ? account.sign(typedDigest(words)) : account.signTypedData(words);

/** Puts the account's signature under a transaction. Throws what a remote signer throws. */
export async function signTransaction(
  account: ChainAccount,
  transaction: Transaction,
  signal: AbortSignal,
): Promise<Transaction> {
  const { r, vs } =
    "sign" in account
      ? account.sign(transaction.unsignedHash as Hex)
      : await account.signTransaction(transaction, signal);
  transaction.signature = Signature.from({ r, yParityAndS: vs });
  return transaction;
}
