import type { CompactSignature, Hex, ResponseCommitment } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { responseCommitmentSchema } from "@lloom/protocol/messages";
import type { Result } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { accountingInterface } from "../contracts.ts";
import { readFor } from "../reads.ts";

/** What an executor signed and settled, as the transaction holds it. */
export interface SettledResponse {
  readonly response: ResponseCommitment;
  readonly executorSignature: CompactSignature;
}

const SETTLE = selectorOf("settle");
const PROCESS = selectorOf("processRequest");

/**
 * The signed response with this digest out of the transaction that settled it: an event holds digests alone. It may have gone
 * through other contracts (a multicall, a wallet): wherever the call stands in the data, it is found, and its digest proves
 * that it is the right one. `undefined` where the data do not hold it.
 */
export async function readSettledResponse(
  chain: Chain,
  hasher: CommitmentHasher,
  { transactionHash, responseHash }: { readonly transactionHash: Hex; readonly responseHash: Hex },
): Promise<SettledResponse | undefined> {
  const transaction = await readFor("the settlement", chain.provider.getTransaction(transactionHash));
  if (transaction === null)
    throw new LloomError("CHAIN_UNREACHABLE", `The RPC server does not know the transaction ${transactionHash} yet.`);
  for (const data of callsIn(transaction.data)) {
    const found = responsesOf(data).find(({ response }) => hasher.hashResponse(response) === responseHash);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A settlement call at every place where one may begin. */
function* callsIn(data: string): Generator<string> {
  for (const selector of [SETTLE, PROCESS]) {
    for (let at = data.indexOf(selector); at >= 0; at = data.indexOf(selector, at + 2))
      if (at % 2 === 0) yield `0x${data.slice(at)}`;
  }
}

/** The responses of a call; none of data that only look like one. */
function responsesOf(data: string): SettledResponse[] {
  try {
    const call = accountingInterface.parseTransaction({ data });
    if (call === null) return [];
    if (call.name === "processRequest") return [settledOf(call.args[1], call.args[3])];
    const pairs: readonly Result[] = call.args[0];
    return pairs.map((pair) => settledOf(pair["response"], pair["executorSignature"]));
  } catch {
    return [];
  }
}

const settledOf = (response: Result, signature: Result): SettledResponse => ({
  response: responseCommitmentSchema.parse(response.toObject()),
  executorSignature: { r: signature["r"], vs: signature["vs"] },
});

function selectorOf(name: "settle" | "processRequest"): string {
  return accountingInterface.getFunction(name)?.selector.slice(2) ?? "";
}
