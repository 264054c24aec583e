import type { Address } from "@lloom/protocol/commitment-types";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { juryFacts } from "@lloom/protocol/generated/facts";
import { expect, it } from "vitest";
import type { Chain } from "../chain.ts";
import { jury } from "../contracts.ts";
import { readSeat } from "./jury.ts";

const NOBODY: Address = `0x${"00".repeat(20)}`;
const court = { disputes: NOBODY, jury: NOBODY, deposits: NOBODY, penalties: NOBODY, arbitrator: undefined };

/** The choice of a seat that a contract tells of with this number. */
async function readChoice(choice: number): Promise<string | undefined> {
  const answer = jury.parsed.encodeFunctionResult("votes", [ZERO_HASH, 1, choice, true]);
  const chain = { provider: { call: async () => answer } } as unknown as Chain;
  return (await readSeat(chain, court, { id: ZERO_HASH, juror: NOBODY })).revealed;
}

it("takes only none for a vote that was not revealed, and never one that it has no name for", async () => {
  const numbers = [...juryFacts.Choice.keys(), juryFacts.Choice.length];
  expect(await Promise.all(numbers.map(readChoice))).toEqual([
    undefined,
    "Mismatch",
    "Match",
    "Insufficient",
    "Unknown",
  ]);
});
