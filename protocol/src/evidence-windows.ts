/** How long what was signed can matter to a contract, in seconds, by the contracts' own windows. */
import { juryFacts, measuredDisputesFacts, measuredEvidenceFacts } from "./generated/facts.ts";

/** Furthest ahead that a request's deadline may lie: an executor takes none that would bind it longer. */
export const LONGEST_DEADLINE_SECONDS = 3_600n;

/** Longest that a panel takes from its draw to its verdict. */
const PANEL_SECONDS = juryFacts.COMMIT_PERIOD + juryFacts.REVEAL_PERIOD;
/** For the draws of both panels: each takes a few blocks, once somebody asks for it. */
const DRAWING_SECONDS = 86_400n;

/** Longest that a measured dispute takes from its opening: both panels, and the arbitrator. */
export const MEASURED_SECONDS =
  measuredDisputesFacts.ANSWER_PERIOD +
  2n * PANEL_SECONDS +
  DRAWING_SECONDS +
  measuredDisputesFacts.APPEAL_PERIOD +
  measuredDisputesFacts.ARBITRATION_PERIOD;

/**
 * After a request's deadline its evidence may be asked for until then: by a dispute opened in the last moment. Whoever deletes a
 * receipt or an answer earlier cannot defend it.
 */
export const EVIDENCE_SECONDS = measuredEvidenceFacts.EVIDENCE_WINDOW + MEASURED_SECONDS;
