import type { GossipsubOpts } from "@libp2p/gossipsub";
import { createTopicScoreParams } from "@libp2p/gossipsub/score";

const RETAIN_SCORE_MS = 10 * 60_000;

/**
 * Only invalid messages cost a peer its score. Left out on purpose: delivery quotas, which punish quiet networks, and the
 * penalty for many peers on one address, which punishes offices and devnets.
 */
export function gossipScoring(topic: string): Pick<GossipsubOpts, "scoreParams"> {
  return {
    scoreParams: {
      topics: {
        [topic]: createTopicScoreParams({
          topicWeight: 1,
          meshMessageDeliveriesWeight: 0,
          meshFailurePenaltyWeight: 0,
          // Four invalid messages stop gossip with the peer (-10), nine make its messages ignored (-80), for minutes.
          invalidMessageDeliveriesWeight: -1,
          invalidMessageDeliveriesDecay: 0.99,
        }),
      },
      IPColocationFactorWeight: 0,
      // By then any score has decayed to nothing; the library's hour keeps an entry for every key that came meanwhile.
      retainScore: RETAIN_SCORE_MS,
    },
  };
}
