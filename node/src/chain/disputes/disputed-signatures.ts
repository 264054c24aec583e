import type { CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import type { Result } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { measured } from "../contracts.ts";
import { readFor } from "../reads.ts";

/** The signatures of an answer that is complained of. */
export interface DisputedSignatures {
  readonly clientSignature: CompactSignature;
  readonly executorSignature: CompactSignature;
}

const SELECTORS = (["open", "openFor"] as const).map(
  (name) => measured.parsed.getFunction(name)?.selector.slice(2) ?? "",
);

/**
 * The signatures of the answers of a complaint, in their order, out of the transaction that opened it: they tell which keys the
 * parties have, and so which peers they are. It may have gone through other contracts. Empty where the data do not hold it.
 */
export async function readDisputedSignatures(
  chain: Chain,
  { transactionHash, evidenceHash }: { readonly transactionHash: Hex; readonly evidenceHash: Hex },
): Promise<readonly DisputedSignatures[]> {
  const transaction = await readFor("the complaint", chain.provider.getTransaction(transactionHash));
  if (transaction === null)
    throw new LloomError("CHAIN_UNREACHABLE", `The RPC server does not know the transaction ${transactionHash} yet.`);
  for (const data of callsIn(transaction.data)) {
    const found = answersOf(data, evidenceHash);
    if (found.length > 0) return found;
  }
  return [];
}

function* callsIn(data: string): Generator<string> {
  for (const selector of SELECTORS)
    for (let at = data.indexOf(selector); at >= 0; at = data.indexOf(selector, at + 2))
      if (at % 2 === 0) yield `0x${data.slice(at)}`;
}

function answersOf(data: string, evidenceHash: Hex): DisputedSignatures[] {
  try {
    const call = measured.parsed.parseTransaction({ data });
    if (call === null || call.args["evidenceHash"] !== evidenceHash) return [];
    const answers: readonly Result[] = call.args["answers"];
    return answers.map(({ pair }) => ({
      clientSignature: signatureOf(pair["clientSignature"]),
      executorSignature: signatureOf(pair["executorSignature"]),
    }));
  } catch {
    // Data that only look like one.
    return [];
  }
}

const signatureOf = (signature: Result): CompactSignature => ({ r: signature["r"], vs: signature["vs"] });
