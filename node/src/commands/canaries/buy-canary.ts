import type { Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { certainClaim } from "@lloom/protocol/count-finding";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { Chain } from "../../chain/chain.ts";
import { ToldRefusal } from "../../client/ask/told-refusal.ts";
import { type WholeAnswer, wholeAnswer } from "../../client/ask/whole-answer.ts";
import type { Client } from "../../client/client.ts";
import { clientSettings } from "../../client/client-options.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { WrongCount } from "../../store/client/wrong-counts.ts";
import type { CanaryOrder, CanaryReply, RefusedCounts } from "../../validator/audit/canary-answer.ts";

/** A client that nobody knows to be a validator's. */
export interface CanaryClient {
  readonly client: Client;
  readonly store: ClientLog;
  readonly host: Host;
  readonly chain: Chain;
  readonly hasher: CommitmentHasher;
  readonly log: Log;
  /** From a signed request on; absent: until its deadline, and a little. */
  readonly mostMs?: number;
}

/** After a request's deadline: who answered in time is heard by then. */
const AFTER_DEADLINE_MS = 5_000;
/** As long as a client asks for; another deadline would be a mark. */
const MOST_MS = Number(clientSettings({}).deadlineSeconds) * 1_000 + AFTER_DEADLINE_MS;
/** A client that is told to stop waits for a receipt over what came; then it is waited for no longer. */
const WIND_UP_MS = 10_000;

/**
 * Asks one executor as any client does; its trace is asked for when the visit is over (`fetch-traces.ts`). Who gives a letter
 * now and then keeps nobody: a call that is not over soon after its deadline is unanswered.
 */
export async function buyCanary(buyer: CanaryClient, order: CanaryOrder, signal: AbortSignal): Promise<CanaryReply> {
  const { executor, model, canary, maxPrice } = order;
  let requestHash: Hex | undefined;
  let answer: WholeAnswer | undefined;
  using end = endOf(buyer.mostMs ?? MOST_MS);
  const late: CanaryReply = { type: "unanswered", problem: "The answer was not over by the request's deadline." };
  try {
    const answering = wholeAnswer(
      buyer.client.ask({ ...canary, model, executor, maxPrice }, AbortSignal.any([signal, end.signal])),
    );
    while (answer === undefined) {
      const next = await Promise.race([answering.next(), end.given]);
      if (next === undefined) return late;
      if (next.done === true) answer = next.value;
      else if (next.value.type === "signed") {
        requestHash = next.value.requestHash;
        end.begin();
      }
    }
  } catch (thrown) {
    return end.signal.aborted && !signal.aborted ? late : failed(buyer, asLloomError(thrown), requestHash);
  }
  if (end.signal.aborted) return late;
  return answered(answer);
}

interface CallEnd extends Disposable {
  /** Told when the time is over. */
  readonly signal: AbortSignal;
  /** Resolves a while after that. */
  readonly given: Promise<undefined>;
  /** The time begins, if it has not. */
  begin(): void;
}

function endOf(mostMs: number): CallEnd {
  const over = new AbortController();
  const given = Promise.withResolvers<undefined>();
  const timers: NodeJS.Timeout[] = [];
  return {
    signal: over.signal,
    given: given.promise,
    begin: () => {
      if (timers.length > 0) return;
      timers.push(
        setTimeout(() => over.abort(), mostMs),
        setTimeout(() => given.resolve(undefined), mostMs + WIND_UP_MS),
      );
    },
    [Symbol.dispose]: () => timers.forEach(clearTimeout),
  };
}

function answered({ text, signed, end }: WholeAnswer): CanaryReply {
  const { response, request } = end.receipt;
  const executorAt = peerOfOffer(signed);
  return {
    type: "answered",
    responseHash: end.responseHash,
    signed: { receipt: end.receipt, requestHash: end.requestHash },
    answer: {
      ...{ text, traceRoot: response.traceRoot },
      asOfSeconds: Number(request.deadline),
      weightsHash: signed.offer.weightsHash,
      ...(signed.profile !== undefined && { profile: signed.profile }),
    },
    ...(executorAt !== undefined && { executorAt }),
  };
}

/** What has nothing to do with who was to be asked, where it arose in this node. `NO_EXECUTOR`: its offers are not here, or not any more. */
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
  // Else whoever is asked would choose what its refusal counts.
  if (error instanceof ToldRefusal) return { type: "unanswered", problem };
  if (OWN_FAULTS.has(error.code)) return { type: "unasked", problem };
  if (error.code !== "RESPONSE_INVALID") return { type: "unanswered", problem };
  const wrong = requestHash === undefined ? undefined : store.wrongCount(requestHash);
  return wrong === undefined
    ? { type: "wrong", what: "structure", problem }
    : { type: "wrong", what: "counts", problem, responseHash: wrong.responseHash, refused: refusedOf(store, wrong) };
}

/** What can be shown of an answer that was refused for its counts: its executor may be paid for it all the same. */
function refusedOf(
  store: Pick<ClientLog, "ownEvidence">,
  { requestHash, receipt, counts, opened: { text, weightsHash } }: WrongCount,
): RefusedCounts {
  const { request, response } = receipt;
  const profile = store.ownEvidence(requestHash)?.prompt.profile;
  const claim = certainClaim({ request, response, counts });
  return {
    signed: { receipt, requestHash },
    answer: {
      ...{ text, weightsHash, traceRoot: response.traceRoot },
      asOfSeconds: Number(request.deadline),
      ...(profile !== undefined && { profile }),
    },
    ...(claim !== undefined && { claim }),
  };
}
