import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { deliveryHash } from "@lloom/protocol/merkle";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callAnswer } from "../../p2p/rpc/rpc-calls.ts";
import type { Clock } from "../../primitives/clock.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { OwnRequest } from "../../store/client/own-answers.ts";
import type { Duty } from "../../store/duty-log.ts";

export interface FetchAnswerParts {
  readonly host: Host;
  readonly hasher: CommitmentHasher;
  readonly store: Pick<ClientLog, "saveLateAnswer" | "saveReceipt">;
  readonly targetOf: (executor: Address) => PeerTarget | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Asks the executor once more for an answer that it settled, before anybody accuses it: a connection may have been lost, or this
 * process killed. What comes is kept if it is what was signed; it never throws.
 */
export async function fetchAnswer(
  { host, hasher, store, targetOf, clock, log }: FetchAnswerParts,
  { id, requestHash, peer, settled }: Duty,
  { own, signal }: { readonly own: OwnRequest; readonly signal: AbortSignal },
): Promise<void> {
  const target = targetOf(peer);
  if (target === undefined || settled === undefined) return;
  try {
    const { contentSalt, text } = await callAnswer(host, { target, signal }, requestHash);
    const bytes = Buffer.from(text);
    if (deliveryHash(bytes) !== settled.response.deliveryHash) return;
    store.saveLateAnswer({ requestHash, text: bytes });
    if (own.status !== "sent" || hasher.hashResponse(settled.response) !== id) return;
    const receipt = { request: own.request, clientSignature: own.clientSignature, ...settled };
    store.saveReceipt({ requestHash, responseHash: id, receipt, contentSalt, text: bytes, receivedAtMs: clock() });
  } catch (thrown) {
    log.debug({ requestHash, problem: asLloomError(thrown).message }, "a missing answer was not to be had");
  }
}
