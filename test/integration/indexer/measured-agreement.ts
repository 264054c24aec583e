import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { expect } from "vitest";
import type { Market } from "../../support/contracts/market.ts";
import { type Named, nameOf, rowsOf, type Tables, text } from "./rows.ts";

/** Every measured dispute is as its contract has it. */
export async function expectMeasured(tables: Tables, market: Market): Promise<void> {
  const rows = rowsOf(tables, "measuredDisputes");
  expect(rows).toHaveLength(Number(await market.measured.read("disputeCount")));
  for (const { disputeId, ...row } of rows) {
    const known = (await market.measured.read("disputeAt", disputeId)) as Named;
    const { state, round, verdict, outcome, kind } = row;
    expect({ state, round: text(round), verdict, outcome, kind }).toEqual({
      state: nameOf(measuredDisputesFacts.State, known["state"]),
      round: text(known["round"]),
      verdict: nameOf(juryFacts.Verdict, known["verdict"]),
      outcome: nameOf(measuredDisputesFacts.Outcome, known["outcome"]),
      kind: nameOf(measuredDisputesFacts.Kind, known["kind"]),
    });
  }
}
