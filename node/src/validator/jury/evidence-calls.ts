import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { EvidenceCallReply } from "@lloom/protocol/rpc-messages";
import type { Complaint } from "../../chain/disputes/measured-events.ts";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";

/** Cases that are remembered: more than anybody sits in at a time. */
const REMEMBERED = 256;
/**
 * Looks at a case that each side may ask for, besides those that come by themselves: each may take all of its evidence anew. The executor
 * cannot use up those of who complains.
 */
const LOOKS = { perSecond: 1 / 300, burst: 4 } as const;

export interface CalledCase {
  /** This juror has not decided yet. */
  readonly isWanted: () => boolean;
  /** Looks for the evidence again, at once. */
  readonly look: () => void;
}

interface OpenCase extends CalledCase {
  /** By party. */
  readonly looks: ReadonlyMap<Address, TokenBucket>;
}

/**
 * Calls of parties who have evidence of a case that this juror sits in: a node that takes no connections can be asked over the one by
 * which it calls. What it shows is fetched and checked as ever; a call is no more than a reason to look, and there are few of those.
 */
export class EvidenceCalls {
  readonly #steady: SteadyClock;
  readonly #cases = new BoundedMap<Hex, OpenCase>({ most: REMEMBERED });

  constructor(steady: SteadyClock = steadyClock) {
    this.#steady = steady;
  }

  /** From now on the parties of the case may call. */
  open({ opened, answers }: Complaint, called: CalledCase): void {
    if (this.#cases.has(opened.id)) return;
    const [complaining, defending] = [new TokenBucket(LOOKS, this.#steady), new TokenBucket(LOOKS, this.#steady)];
    const complainants = [opened.challenger, ...answers.map(({ client }) => client)];
    const looks = new Map([
      [opened.executor, defending] as const,
      ...complainants.map((party) => [party, complaining] as const),
    ]);
    this.#cases.set(opened.id, { ...called, looks });
  }

  /**
   * Answers a call. Throws EVIDENCE_REFUSED, in the same words for who is no party and for a case that this juror does not sit in: the
   * chain is not asked, so that strangers cost nothing.
   */
  readonly take = (dispute: Hex, party: Address): EvidenceCallReply => {
    const found = this.#cases.get(dispute);
    const looks = found?.looks.get(party);
    if (found === undefined || looks === undefined)
      throw new LloomError("EVIDENCE_REFUSED", "This node takes no evidence of such a dispute from you.", {
        details: { dispute },
      });
    if (!found.isWanted()) return { wanted: false };
    if (looks.take()) found.look();
    return { wanted: true };
  };
}
