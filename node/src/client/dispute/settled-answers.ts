import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Chain } from "../../chain/chain.ts";
import { contradict, EQUIVOCATION_SECONDS } from "../../chain/disputes/equivocation.ts";
import { readSettledResponse } from "../../chain/disputes/settled-pair.ts";
import { readFor } from "../../chain/reads.ts";
import type { ChainEventOf } from "../../chain/watch/events.ts";
import type { Log } from "../../log.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { Duty } from "../../store/duty-log.ts";
import { complainBy } from "./overcharge-rules.ts";

export interface SettledAnswersParts {
  readonly chain: Chain;
  readonly hasher: CommitmentHasher;
  readonly store: Pick<ClientLog, "ownRequest" | "wrongCount">;
  readonly log: Log;
}

/**
 * The duty that a settlement makes for its client, if any: an answer was paid for that never came, one that differs from what
 * came, or one that was refused because its counts are not those of its text. Of requests that the log does not know nothing
 * can be said: a client that lost its log accuses nobody.
 */
export async function dutyOfSettlement(
  { chain, hasher, store, log }: SettledAnswersParts,
  event: ChainEventOf<"LaneSettled">,
): Promise<Duty | undefined> {
  const { requestHash, responseHash, transactionHash, executor, tailPaid, blockNumber } = event;
  const own = store.ownRequest(requestHash);
  if (own === undefined || own.responseHash === responseHash) return undefined;
  const isHere = own.receipt !== undefined || store.wrongCount(requestHash) !== undefined;
  if (!isHere && tailPaid === 0n) return undefined;
  const settled = await readSettledResponse(chain, hasher, { transactionHash, responseHash });
  if (settled === undefined) {
    log.warn({ requestHash, transactionHash }, "an answer was settled whose signature its transaction does not show");
    return undefined;
  }
  const block = await readFor("a block", chain.provider.getBlock(blockNumber));
  const notedAt = BigInt(block?.timestamp ?? (await chain.nowSeconds()));
  const seen = { requestHash, peer: executor, amount: tailPaid, settled, notedAt };
  if (isHere) return reportOf({ hasher, store }, seen);
  const dueAt = own.request.deadline + deliveryDisputesFacts.CHALLENGE_WINDOW;
  return { ...seen, ...NO_MONEY, kind: "dispute", id: responseHash, state: "missing", dueAt };
}

/** As of a settlement. */
type Seen = Pick<Duty, "requestHash" | "peer" | "amount" | "settled" | "notedAt">;
const NO_MONEY = { matured: 0n, penalty: 0n, bond: 0n } as const;

/**
 * What a settlement makes of an answer that is here: a report of two signatures, or of counts for which it was refused. An answer may
 * come after its settlement was seen, and another one with it: so this is asked again of whatever was missing.
 */
export function reportOf(
  { hasher, store }: Pick<SettledAnswersParts, "hasher" | "store">,
  { requestHash, peer, amount, settled, notedAt }: Seen,
): Duty | undefined {
  const own = store.ownRequest(requestHash);
  if (own === undefined || settled === undefined) return undefined;
  const wrong = store.wrongCount(requestHash);
  const seen = { requestHash, peer, amount, settled, notedAt };
  const report = { ...seen, ...NO_MONEY, kind: "report", id: requestHash } as const;
  if (wrong?.responseHash === hasher.hashResponse(settled.response))
    return { ...report, state: "miscounted", dueAt: complainBy(own.request) };
  // What the executor signed and this client holds, accepted or not.
  const received = own.receipt ?? wrong?.receipt;
  if (received === undefined || !contradict(received.response, settled.response)) return undefined;
  return { ...report, state: "found", dueAt: own.request.deadline + EQUIVOCATION_SECONDS };
}
