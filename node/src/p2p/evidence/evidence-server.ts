import type { Address } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { EvidenceAsk, EvidencePart } from "@lloom/protocol/evidence-messages";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { EVIDENCE_SERVER_LIMITS, type EvidenceServerLimits } from "../limits.ts";
import { EvidenceAdmission } from "./evidence-admission.ts";
import { EvidenceSession, refuse } from "./evidence-session.ts";

/**
 * Answers a question: its parts, each made when the network takes it. The asking peer's key is its account's, so the connection
 * proves the address. Throws what the peer is told: EVIDENCE_REFUSED, RATE_LIMITED, CHAIN_UNREACHABLE; everything else stays inside.
 *
 * It awaits `place` once it knows that the asker has a right, before it loads what it gives: there are few places. It says whether
 * the asker has paid for the answer: then the first questions about it do not count.
 */
export type EvidenceHandler = (
  ask: EvidenceAsk,
  asker: Address,
  place: (isPaid?: boolean) => Promise<void>,
) => Promise<Iterable<EvidencePart>>;

export interface EvidenceServerOptions {
  readonly handle: EvidenceHandler;
  readonly limits?: Partial<EvidenceServerLimits>;
  readonly log: Log;
}

const SAID: ReadonlySet<ErrorCode> = new Set(["EVIDENCE_REFUSED", "RATE_LIMITED", "CHAIN_UNREACHABLE"]);

/** Serves `/lloom/evidence/1`: one question per stream. Disposing of it cuts what is under way. */
export async function serveEvidence(host: Host, options: EvidenceServerOptions): Promise<AsyncDisposable> {
  const limits = { ...EVIDENCE_SERVER_LIMITS, ...options.limits };
  const admission = new EvidenceAdmission({ limits, knows: (peerId) => host.isKnown(peerId) });
  const sessions = new Set<EvidenceSession>();
  await host.libp2p.handle(
    EVIDENCE_PROTOCOL,
    (stream, connection) => {
      const peerId = connection.remotePeer.toString();
      if (host.isBanned(peerId)) {
        stream.abort(new LloomError("RATE_LIMITED", "The peer is banned."));
        return;
      }
      const visit = admission.open(peerId, (problem) => stream.abort(problem));
      if ("problem" in visit) {
        if (visit.isTold) refuse(stream, visit.problem);
        else stream.abort(visit.problem);
        return;
      }
      const session: EvidenceSession = new EvidenceSession({
        ...{ stream, limits },
        answer: async (ask) => {
          admission.asked(visit);
          const place = (isPaid = false): Promise<void> => admission.place(visit, isPaid ? ask.requestHash : undefined);
          const parts = await said(options, () => options.handle(ask, peerAddress(peerId), place));
          await place();
          return parts;
        },
        onSaid: () => admission.answered(visit),
        onViolation: (problem, told) => void host.expel(peerId, problem, told),
        onClose: () => {
          admission.close(visit);
          sessions.delete(session);
        },
      });
      sessions.add(session);
    },
    { maxInboundStreams: limits.asksPerPeer, maxOutboundStreams: limits.asksPerPeer },
  );
  return {
    [Symbol.asyncDispose]: async () => {
      await host.libp2p.unhandle(EVIDENCE_PROTOCOL);
      for (const session of sessions) session.cut(new LloomError("DRAINING", "This node is shutting down."));
    },
  };
}

/** What a peer need not know may hold anything. */
async function said<T>({ log }: EvidenceServerOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof LloomError && SAID.has(thrown.code)) throw thrown;
    log.error({ problem: asLloomError(thrown).message }, "evidence could not be given");
    throw new LloomError("INTERNAL", "The evidence could not be given.");
  }
}
