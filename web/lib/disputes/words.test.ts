import { deliveryDisputesFacts, juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { expect, test } from "vitest";
import { STATE_WORDS, statesOf } from "./words.ts";

const nameOf = (name: string) => name.replace(/(?<!^)[A-Z]/g, "_$&").toUpperCase();

test("every end of a dispute that the contracts know bears on the executor, or on nobody", () => {
  const open = new Set(["OPEN", "ANSWER", "DRAW", "VOTING", "APPEALABLE", "ARBITRATION"]);
  const states = [...deliveryDisputesFacts.State, ...measuredDisputesFacts.State].map(nameOf);
  for (const state of states.filter((name) => open.has(name))) expect(statesOf("open")).toContain(state);
  expect(statesOf("against")).toEqual(["CONCEDED", "DEFAULTED", "UPHELD", "PROVEN"]);
  expect(statesOf("cleared")).toEqual(["DELIVERED", "REJECTED"]);
  for (const outcome of measuredDisputesFacts.Outcome.map(nameOf)) expect(STATE_WORDS).toHaveProperty(outcome);
});

test("a juror's vote is named", () => {
  expect(juryFacts.Choice).toEqual(["None", "Mismatch", "Match", "Insufficient"]);
});
