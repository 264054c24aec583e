import type { Connection } from "@libp2p/interface";
import type { ReachReply } from "@lloom/protocol/rpc-messages";
import { multiaddr } from "@multiformats/multiaddr";
import { LloomError } from "../../errors.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Host } from "../host/host.ts";

/** Dials of all callers together. */
const DIALS = { perSecond: 2, burst: 32 };
/** Less than a call may take. */
const DIAL_MS = 3_500;

/**
 * Dials peers back that ask whether they can be reached, at the very host that their call comes from: so nobody can have
 * another one dialled. Each dial is a connection of its own, which ends as soon as the handshake has shown who answers.
 */
export class DialBack {
  readonly #host: Host;
  readonly #dials = new TokenBucket(DIALS);

  constructor(host: Host) {
    this.#host = host;
  }

  /** Throws RATE_LIMITED when too many have asked, REQUEST_INVALID for a caller that comes through a relay. */
  readonly reach = async (ends: readonly string[], caller: Connection): Promise<ReachReply> => {
    const [, kind, host] = caller.remoteAddr.toString().split("/");
    if (caller.limits !== undefined || (kind !== "ip4" && kind !== "ip6"))
      throw new LloomError("REQUEST_INVALID", "Who asks through a relay has no address here.");
    const from = `/${kind}/${host}`;
    const asked = [...new Set(ends)];
    if (!asked.every(() => this.#dials.take())) throw new LloomError("RATE_LIMITED", "Too many ask to be dialled.");
    const answers = await Promise.all(asked.map((end) => this.#answers(`${from}${end}`, caller)));
    return { from, reached: asked.filter((_, index) => answers[index]) };
  };

  async #answers(address: string, { remotePeer }: Connection): Promise<boolean> {
    const signal = AbortSignal.timeout(DIAL_MS);
    const target = multiaddr(`${address}/p2p/${remotePeer}`);
    if (!this.#host.scope.mayDial(target)) return false;
    try {
      const connection = await this.#host.libp2p.services.transports.dial(target, { signal });
      await connection.close({ signal });
      return true;
    } catch {
      return false;
    }
  }
}
