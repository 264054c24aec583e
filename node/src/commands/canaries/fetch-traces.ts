import type { Hex } from "@lloom/protocol/commitment-types";
import { fetchTrace, isOwnDoing } from "../../evidence/fetch-trace.ts";
import { signedFor } from "../../evidence/signed-for.ts";
import { connect, type PeerTarget } from "../../p2p/host/dial.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import type { TracesOrder, TracesReply } from "../../validator/audit/canary-answer.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { CanaryClient } from "./buy-canary.ts";

/** For all of a visit's: what came by then is kept, the others are asked for another time. */
const MOST_MS = 120_000;

type Fetching = Omit<CanaryClient, "client"> & { readonly client: Pick<CanaryClient["client"], "offers"> };

/** Asks an executor for the traces that it signed in one visit, by the key that was its client then. */
export async function fetchTraces(client: Fetching, order: TracesOrder, signal: AbortSignal): Promise<TracesReply> {
  const { host, hasher, chain, store, log } = client;
  const { executor, answers } = order;
  const ending = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]);
  const target = targetOf(client, order);
  const shown = new Map<number, readonly Hex[]>();
  if (target === undefined) return { type: "asked", isReachable: false, shown };
  // Who is banned was there, and broke the protocol.
  if (host.isBanned(target.peerId)) return { type: "asked", isReachable: true, shown };
  const problem = await connect(host, target, ending).catch((thrown: unknown) => thrown);
  if (problem !== undefined && host.peers() === 0)
    return { type: "unasked", problem: "This canary key's node is connected to nobody." };
  if (problem !== undefined) return { type: "asked", isReachable: false, shown };
  const parts = { host, hasher, isSignedFor: signedFor(chain, recoverAddress), store, log };
  let hasRefused = false;
  for (const { id, answer } of answers) {
    const { responseHash, signed } = answer;
    const fetched = await fetchTrace(
      parts,
      { requestHash: signed.requestHash, responseHash, executor, target },
      ending,
    );
    if (fetched.leaves !== undefined) shown.set(id, fetched.leaves);
    // Who is kept from answering, or has no place, is as if it were away: others may do that to it.
    else hasRefused ||= isOwnDoing(fetched.why);
  }
  return { type: "asked", isReachable: hasRefused || shown.size > 0, shown };
}

/** Where it is now, or was when it answered. */
function targetOf({ client }: Fetching, { executor, model, answers }: TracesOrder): PeerTarget | undefined {
  const offer = client.offers(model).find((signed) => signed.offer.executor === executor);
  return (offer && peerOfOffer(offer)) ?? answers.find(({ answer }) => answer.executorAt)?.answer.executorAt;
}
