/** How long what was signed can matter to a contract, in seconds, by the contracts' own windows. */
import { juryFacts, measuredDisputesFacts, measuredEvidenceFacts } from "./generated/facts.ts";

/** Furthest ahead that a request's deadline may lie: an executor takes none that would bind it longer. */
export const LONGEST_DEADLINE_SECONDS = 3_600n;

/** Longest that a panel takes from its draw to its verdict. */
const PANEL_SECONDS = juryFacts.COMMIT_PERIOD + juryFacts.REVEAL_PERIOD;
/** For the draws of both panels: each takes a few blocks, once somebody asks for it. */
const DRAWING_SECONDS = 86_400n;

/**
 * After a request's deadline its evidence may be asked for until then: a dispute opened in the last moment, both panels, and
 * the arbitrator. Whoever deletes a receipt or an answer earlier cannot defend it.
 */
export const EVIDENCE_SECONDS =
  measuredEvidenceFacts.EVIDENCE_WINDOW +
  measuredDisputesFacts.ANSWER_PERIOD +
  2n * PANEL_SECONDS +
  DRAWING_SECONDS +
  measuredDisputesFacts.APPEAL_PERIOD +
  measuredDisputesFacts.ARBITRATION_PERIOD;
