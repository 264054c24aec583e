import { expect, it } from "vitest";
import { EVIDENCE_SECONDS } from "./evidence-windows.ts";
import {
  deliveryDisputesFacts,
  equivocationDisputesFacts,
  juryFacts,
  measuredDisputesFacts,
  measuredEvidenceFacts,
} from "./generated/facts.ts";

it("is a dispute opened in the last moment, through both panels and their draws, and the arbitrator", () => {
  const { ANSWER_PERIOD, APPEAL_PERIOD, ARBITRATION_PERIOD } = measuredDisputesFacts;
  const panels = 2n * (juryFacts.COMMIT_PERIOD + juryFacts.REVEAL_PERIOD) + 86_400n;
  const dispute = ANSWER_PERIOD + panels + APPEAL_PERIOD + ARBITRATION_PERIOD;
  expect(EVIDENCE_SECONDS).toBe(measuredEvidenceFacts.EVIDENCE_WINDOW + dispute);
});

it("keeps evidence longer than any contract may ask for it", () => {
  const { EVIDENCE_WINDOW } = measuredEvidenceFacts;
  const { ARBITRATION_PERIOD } = measuredDisputesFacts;
  const { CHALLENGE_WINDOW, REVEAL_WINDOW } = deliveryDisputesFacts;
  expect(EVIDENCE_SECONDS).toBeGreaterThan(EVIDENCE_WINDOW + ARBITRATION_PERIOD);
  expect(EVIDENCE_SECONDS).toBeGreaterThan(CHALLENGE_WINDOW + REVEAL_WINDOW);
  expect(EVIDENCE_SECONDS).toBeGreaterThan(equivocationDisputesFacts.EVIDENCE_WINDOW);
});
