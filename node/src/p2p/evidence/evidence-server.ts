import type { Address } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { EvidenceAsk, EvidencePart } from "@lloom/protocol/evidence-messages";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { EVIDENCE_SERVER_LIMITS, type EvidenceServerLimits } from "../limits.ts";
import { EvidenceSession } from "./evidence-session.ts";

/**
 * Answers a question: its parts, each made when the network takes it. The asking peer's key is its account's, so the connection
 * proves the address. Throws what the peer is told: EVIDENCE_REFUSED, RATE_LIMITED, CHAIN_UNREACHABLE; everything else stays inside.
 */
export type EvidenceHandler = (ask: EvidenceAsk, asker: Address) => Promise<Iterable<EvidencePart>>;

export interface EvidenceServerOptions {
  readonly handle: EvidenceHandler;
  readonly limits?: Partial<EvidenceServerLimits>;
  readonly log: Log;
}

interface PeerAsks {
  open: number;
  readonly rate: TokenBucket;
}

const REMEMBERED_PEERS = 1024;
const SAID: ReadonlySet<ErrorCode> = new Set(["EVIDENCE_REFUSED", "RATE_LIMITED", "CHAIN_UNREACHABLE"]);

/** Serves `/lloom/evidence/1`: one question per stream. Disposing of it cuts what is under way. */
export async function serveEvidence(host: Host, options: EvidenceServerOptions): Promise<AsyncDisposable> {
  const limits = { ...EVIDENCE_SERVER_LIMITS, ...options.limits };
  const peers = new BoundedMap<string, PeerAsks>({
    most: REMEMBERED_PEERS,
    isHeld: ({ open, rate }) => open > 0 || !rate.isFull,
  });
  const newPeer = (): PeerAsks => ({
    open: 0,
    rate: new TokenBucket({ perSecond: limits.asksPerSecond, burst: limits.askBurst }),
  });
  const sessions = new Set<EvidenceSession>();
  await host.libp2p.handle(
    EVIDENCE_PROTOCOL,
    (stream, connection) => {
      const peerId = connection.remotePeer.toString();
      const use = peers.getOrInsert(peerId, newPeer);
      if (host.isBanned(peerId) || use.open >= limits.asksPerPeer || sessions.size >= limits.asksTotal) {
        stream.abort(new LloomError("RATE_LIMITED", "Too many questions at a time, or banned."));
        return;
      }
      use.open += 1;
      const session: EvidenceSession = new EvidenceSession({
        ...{ stream, limits },
        answer: async (ask) => {
          if (!use.rate.take()) throw new LloomError("RATE_LIMITED", "Too many questions.");
          return said(options, () => options.handle(ask, peerAddress(peerId)));
        },
        onViolation: (problem, told) => void host.expel(peerId, problem, told),
        onClose: () => {
          use.open -= 1;
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
