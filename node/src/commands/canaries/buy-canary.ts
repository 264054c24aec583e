import type { Hex } from "@lloom/protocol/commitment-types";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { Chain } from "../../chain/chain.ts";
import { type WholeAnswer, wholeAnswer } from "../../client/ask/whole-answer.ts";
import type { Client } from "../../client/client.ts";
import { asLloomError } from "../../errors.ts";
import { fetchTrace } from "../../evidence/fetch-trace.ts";
import { signedFor } from "../../evidence/signed-for.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { CanaryOrder, CanaryReply } from "../../validator/audit/canary-answer.ts";
import { recoverAddress } from "../../wallet/recover.ts";

/** A client that nobody knows to be a validator's. */
export interface CanaryClient {
  readonly client: Client;
  readonly store: ClientLog;
  readonly host: Host;
  readonly chain: Chain;
  readonly hasher: CommitmentHasher;
  readonly log: Log;
}

/** Asks one executor as any client does, and fetches the trace that it signed. */
export async function buyCanary(buyer: CanaryClient, order: CanaryOrder, signal: AbortSignal): Promise<CanaryReply> {
  const { executor, model, canary } = order;
  let requestHash: Hex | undefined;
  let answer: WholeAnswer | undefined;
  try {
    const answering = wholeAnswer(buyer.client.ask({ ...canary, model, executor }, signal));
    while (answer === undefined) {
      const { done, value } = await answering.next();
      if (done === true) answer = value;
      else if (value.type === "signed") requestHash = value.requestHash;
    }
  } catch (thrown) {
    return failed(buyer, asLloomError(thrown), requestHash);
  }
  const { text, signed, end } = answer;
  const { response, request } = end.receipt;
  const leaves = response.traceRoot === ZERO_HASH ? undefined : await traceOf(buyer, answer, signal);
  return {
    type: "answered",
    responseHash: end.responseHash,
    signed: { receipt: end.receipt, requestHash: end.requestHash },
    answer: {
      ...{ text, traceRoot: response.traceRoot, outboundTokens: response.outboundTokens },
      asOfSeconds: Number(request.deadline),
      weightsHash: signed.offer.weightsHash,
      ...(signed.profile !== undefined && { profile: signed.profile }),
      ...(leaves !== undefined && { leaves }),
    },
  };
}

/** What has nothing to do with who was to be asked. `NO_EXECUTOR`: its offers are not here, or not any more. */
const OWN_FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CANCELLED",
  "CHAIN_MISMATCH",
  "CHAIN_UNREACHABLE",
  "CHANNEL_UNDERFUNDED",
  "CLOCK_WRONG",
  "CONFIG_INVALID",
  "INSUFFICIENT_FUNDS",
  "INTERNAL",
  "NO_EXECUTOR",
  "STORE_FAILED",
  "TRANSACTION_FAILED",
]);

/** A signed answer that the client refused says something of its executor; anything else that went wrong may be anybody's. */
function failed(
  { store }: CanaryClient,
  error: ReturnType<typeof asLloomError>,
  requestHash: Hex | undefined,
): CanaryReply {
  const problem = error.message;
  if (OWN_FAULTS.has(error.code)) return { type: "unasked", problem };
  if (error.code !== "RESPONSE_INVALID") return { type: "unanswered", problem };
  const wrong = requestHash === undefined ? undefined : store.wrongCount(requestHash);
  return wrong === undefined
    ? { type: "wrong", what: "structure", problem }
    : { type: "wrong", what: "counts", problem, responseHash: wrong.responseHash };
}

async function traceOf(
  { host, hasher, chain, store, log }: CanaryClient,
  { signed, end }: WholeAnswer,
  signal: AbortSignal,
): Promise<readonly Hex[] | undefined> {
  const target = peerOfOffer(signed);
  if (target === undefined) return undefined;
  const parts = { host, hasher, isSignedFor: signedFor(chain, recoverAddress), store, log };
  const { requestHash, responseHash, executor } = end;
  const { leaves } = await fetchTrace(parts, { requestHash, responseHash, executor, target }, signal);
  return leaves;
}
