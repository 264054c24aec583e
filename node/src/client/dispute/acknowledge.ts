import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callAcknowledge } from "../../p2p/rpc/rpc-calls.ts";
import type { Clock } from "../../primitives/clock.ts";
import { Rounds } from "../../primitives/rounds.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { Identity } from "../../wallet/identity.ts";

export interface AcknowledgeParts {
  readonly identity: Identity;
  readonly hasher: CommitmentHasher;
  readonly host: Host;
  readonly store: Pick<ClientLog, "unacknowledged" | "noteAcknowledged">;
  /** Where an executor is, as far as known. */
  readonly targetOf: (executor: Address) => PeerTarget | undefined;
  /** After so long without a next request a lane is quiet. */
  readonly quietMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** An answer is disputed within that time, or never. */
const WORTH_MS = 3 * 86_400_000;
const CALL_MS = 5_000;
/** At the end of the process, for all of them together. */
const FAREWELL_MS = 1_000;
const RETRY = { firstMs: 5_000, longestMs: 600_000 };

/**
 * Tells executors that the last answer of a quiet lane is here, so that nobody can dispute it: no next request says so. What
 * was not told is told after the next start. When it is closed, all that is left is told, in a moment.
 */
export function acknowledgeAnswers(parts: AcknowledgeParts): AsyncDisposable {
  const { quietMs } = parts;
  const rounds = new Rounds({
    everyMs: Math.max(quietMs / 2, 50),
    retry: RETRY,
    round: (signal) => tellAll(parts, parts.quietMs, signal),
    onFailure: (thrown) => parts.log.debug({ problem: asLloomError(thrown).message }, "answers not acknowledged yet"),
  });
  return {
    [Symbol.asyncDispose]: async () => {
      await rounds[Symbol.asyncDispose]();
      await tellAll(parts, 0, AbortSignal.timeout(FAREWELL_MS)).catch(() => undefined);
    },
  };
}

/** All at once; throws when one of them could not be reached, so that the next try waits longer. */
async function tellAll(parts: AcknowledgeParts, quietMs: number, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts;
  const nowMs = clock();
  const receipts = store.unacknowledged({ fromMs: nowMs - WORTH_MS, toMs: nowMs - quietMs });
  const ending = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
  const told = await Promise.allSettled(receipts.map((receipt) => tell(parts, receipt, ending)));
  const failed = told.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

async function tell(
  { identity, hasher, host, store, targetOf }: AcknowledgeParts,
  { request, response }: Receipt,
  signal: AbortSignal,
): Promise<void> {
  const target = targetOf(request.executor);
  if (target === undefined) return;
  const { requestHash } = response;
  const responseHash = hasher.hashResponse(response);
  const signature = identity.sign(hasher.hashResponseAck({ requestHash, responseHash }));
  try {
    await callAcknowledge(host, { target, signal }, { requestHash, responseHash, signature });
  } catch (thrown) {
    const { code } = asLloomError(thrown);
    // An executor that lost its log, or that does not know the call, will not want it later either.
    if (code !== "REQUEST_INVALID" && code !== "UNSUPPORTED") throw thrown;
  }
  store.noteAcknowledged(requestHash);
}
