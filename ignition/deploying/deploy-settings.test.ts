import { describe, expect, it } from "vitest";
import { type Asking, requireAnswers } from "./deploy-settings.ts";

const DEPLOY = "HARDHAT_IGNITION_CONFIRM_DEPLOYMENT";
const RESET = "HARDHAT_IGNITION_CONFIRM_RESET";
const attempt = (asking: Partial<Asking>) => () =>
  requireAnswers({ isFresh: false, isTerminal: false, environment: {}, ...asking });

describe("Ignition's questions", () => {
  it("are asked at a terminal", () => expect(attempt({ isTerminal: true, isFresh: true })).not.toThrow());

  it("are answered by variables where there is none, which are named when they are missing", () => {
    expect(attempt({})).toThrow(expect.objectContaining({ next: `If it may, set ${DEPLOY}=1.` }));
    expect(attempt({ environment: { [DEPLOY]: "1" } })).not.toThrow();
    expect(attempt({ isFresh: true })).toThrow(
      expect.objectContaining({ next: `If it may, set ${DEPLOY}=1 and ${RESET}=1.` }),
    );
    expect(attempt({ isFresh: true, environment: { [DEPLOY]: "1" } })).toThrow(
      expect.objectContaining({ next: `If it may, set ${RESET}=1.` }),
    );
    expect(attempt({ isFresh: true, environment: { [DEPLOY]: "1", [RESET]: "1" } })).not.toThrow();
  });
});
