import { INFER_PROTOCOL } from "@lloom/protocol/names";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { INFER_LIMITS, type InferLimits } from "../limits.ts";
import { type InferHandler, InferSession } from "./infer-session.ts";
import { PeerQuotas } from "./peer-quotas.ts";

/** How long open requests may take to end when serving stops. */
const END_MS = 5_000;

export interface InferServerOptions {
  readonly handle: InferHandler;
  readonly limits?: Partial<InferLimits>;
  readonly log: Log;
}

/** A served `/lloom/infer/1`. Disposing of it aborts the open requests with DRAINING and waits for their handlers. */
export interface InferServer extends AsyncDisposable {
  /** Requests whose handler has not ended. */
  openRequests(): number;
  /** What waits in memory for clients that read slowly. */
  queuedBytes(): number;
}

/** Serves requests of clients: many at once on one stream of each. */
export async function serveInfer(host: Host, options: InferServerOptions): Promise<InferServer> {
  const limits = { ...INFER_LIMITS, ...options.limits };
  const quotas = new PeerQuotas(limits);
  const sessions = new Set<InferSession>();

  await host.libp2p.handle(
    INFER_PROTOCOL,
    (stream, connection) => {
      const peerId = connection.remotePeer.toString();
      const use = host.isBanned(peerId) ? undefined : quotas.openStream(peerId);
      if (use === undefined) {
        stream.abort(new LloomError("RATE_LIMITED", "Too many streams, or banned."));
        return;
      }
      const session = new InferSession({
        stream,
        client: { peerId, address: peerAddress(peerId) },
        handle: options.handle,
        limits,
        quotas,
        use,
        log: options.log,
        onViolation: (problem, told) => void host.expel(peerId, problem, told),
        onClose: () => {
          quotas.closeStream(use);
          sessions.delete(session);
        },
      });
      sessions.add(session);
    },
    // libp2p's 32 are more than one peer needs; the protocol multiplexes by itself.
    {
      maxInboundStreams: limits.streamsPerPeer,
      maxOutboundStreams: limits.streamsPerPeer,
      runOnLimitedConnection: true,
    },
  );

  return {
    openRequests: () => quotas.openRequests,
    queuedBytes: () => [...sessions].reduce((sum, session) => sum + session.queuedBytes, 0),
    [Symbol.asyncDispose]: async () => {
      await host.libp2p.unhandle(INFER_PROTOCOL);
      const deadline = AbortSignal.timeout(END_MS);
      await Promise.all([...sessions].map((session) => session.end(deadline)));
    },
  };
}
