import { expect, it } from "vitest";
import { EVIDENCE_SECONDS } from "./evidence-windows.ts";
import {
  deliveryDisputesFacts,
  equivocationDisputesFacts,
  measuredDisputesFacts,
  measuredEvidenceFacts,
} from "./generated/facts.ts";

it("keeps evidence longer than any contract may ask for it", () => {
  const { EVIDENCE_WINDOW } = measuredEvidenceFacts;
  const { ARBITRATION_PERIOD } = measuredDisputesFacts;
  const { CHALLENGE_WINDOW, REVEAL_WINDOW } = deliveryDisputesFacts;
  expect(EVIDENCE_SECONDS).toBeGreaterThan(EVIDENCE_WINDOW + ARBITRATION_PERIOD);
  expect(EVIDENCE_SECONDS).toBeGreaterThan(CHALLENGE_WINDOW + REVEAL_WINDOW);
  expect(EVIDENCE_SECONDS).toBeGreaterThan(equivocationDisputesFacts.EVIDENCE_WINDOW);
});
