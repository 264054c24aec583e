import { measuredDepositsFacts, measuredDisputesFacts, measuredPenaltiesFacts } from "@lloom/protocol/generated/facts";
import type { Measured, Slashing } from "../dispute-rows.ts";
import { type Branch, divideUp, moving, restitutionOf, shareOf, smaller, type Transfer } from "./transfers.ts";
import type { DisputeState } from "./words.ts";

const { BOND_FEES } = measuredDepositsFacts;
const { FIRST_PANEL, SECOND_PANEL } = measuredDisputesFacts;
const { CONCESSION_DIVISOR, MAX_JURY_SHARE, REPORTER_SHARE } = measuredPenaltiesFacts;

interface Stakes extends Pick<Measured, "penalty" | "restitution" | "bond"> {
  /** Pay for the answers that the escrow holds. */
  readonly held: bigint;
  readonly offence: string;
}

const token = (what: string, from: string, to: string, units: bigint, isLimit = false): Transfer => ({
  ...{ what, from, to, units, unit: "token", ...(isLimit ? { isLimit } : {}) },
});
const STAKE = "executor's stake";
const HOLD = "escrow's hold";

/** What a verdict or a concession takes out of the stake, if it is there and other disputes leave it. */
function slashOf({
  penalty,
  restitution,
  jury,
}: {
  penalty: bigint;
  restitution: bigint;
  jury: bigint;
}): readonly Transfer[] {
  const taken = penalty + restitution;
  const restituted = restitutionOf(taken, restitution, REPORTER_SHARE + (jury === 0n ? 0n : MAX_JURY_SHARE));
  const rest = taken - restituted;
  const challenger = shareOf(rest, REPORTER_SHARE);
  return [
    token("Pay that had matured", STAKE, "challenger", restituted, true),
    token("Penalty", STAKE, "challenger", challenger, true),
    token("Penalty", STAKE, "jurors who were right", jury, true),
    // All that no juror earns.
    token("Penalty", STAKE, "treasury", rest - challenger, true),
  ];
}

/** Every way in which a measured dispute can end, with the money of each. */
export function measuredBranches(stakes: Stakes): readonly Branch[] {
  const { penalty, restitution, bond, held } = stakes;
  const fee = bond / BOND_FEES;
  const jury = smaller(shareOf(penalty, MAX_JURY_SHARE), fee * (FIRST_PANEL + SECOND_PANEL));
  const back = token("Bond", "deposit", "back to who paid it", bond);
  const fees = token("Fees of jurors", "bond", "jurors who were right", fee * (FIRST_PANEL + SECOND_PANEL), true);
  const all: readonly Branch[] = [
    {
      state: "CONCEDED",
      when: "The executor admits the fault before a jury is drawn.",
      transfers: [
        token("Pay for the answers", HOLD, "clients", held),
        ...slashOf({ penalty: divideUp(penalty, CONCESSION_DIVISOR), restitution, jury: 0n }),
        back,
      ],
      follows: `${stakes.offence === "WRONG_MODEL" ? "Half a strike" : "A strike"}, and a lost dispute of the executor.`,
    },
    {
      state: "UPHELD",
      when: "A jury, or the arbitrator, finds the executor at fault.",
      transfers: [
        token("Pay for the answers", HOLD, "clients", held),
        ...slashOf({ penalty, restitution, jury }),
        back,
      ],
      follows: "A strike, and a lost dispute of the executor. The third strike in 90 days brings jail.",
    },
    {
      state: "REJECTED",
      when: "A jury, or the arbitrator, finds that all is as signed.",
      transfers: [
        token("Pay for the answers", HOLD, "executor", held),
        fees,
        token("What is left of the bond", "bond", "executor and treasury, half each", bond, true),
      ],
      follows: "A lost dispute of the challenger.",
    },
    {
      state: "VOID",
      when: "Nobody finds anything.",
      transfers: [
        token("Pay for the answers", HOLD, "executor", held),
        { ...fees, to: "jurors who came" },
        token("What is left of the bond", "bond", "back to who paid it", bond, true),
      ],
      follows: "Nothing is counted.",
    },
  ];
  return all.map((branch) => ({ ...branch, transfers: moving(branch.transfers) }));
}

const BEYOND_ANSWER: readonly DisputeState[] = ["DRAW", "VOTING", "APPEALABLE", "ARBITRATION"];

/** Those that can still come in a state: once a jury is called for, nobody can concede any more. */
export const measuredWays = (branches: readonly Branch[], state: DisputeState): readonly Branch[] =>
  branches.filter((branch) => branch.state !== "CONCEDED" || !BEYOND_ANSWER.includes(state));

/** What did happen, to the unit. */
export function measuredOutcome(
  measured: Measured,
  { winner, slashing }: { readonly winner: "executor" | "challenger"; readonly slashing: Slashing | undefined },
): readonly Transfer[] {
  return moving([
    token("Pay for the answers", HOLD, "clients", measured.refunded),
    token("Pay for the answers", HOLD, "executor", measured.released),
    token("Pay that had matured", STAKE, "challenger", measured.slashRestituted),
    token("Penalty", STAKE, "challenger", measured.slashReporter),
    token("Penalty", STAKE, "jurors who were right, and the arbitrator", measured.slashJury),
    token("Penalty", STAKE, "treasury", measured.slashTreasury),
    token("Penalty, waiting for earlier claims", STAKE, "those above, or who came first", slashing?.waiting ?? 0n),
    token("Deposits", "deposits", "back to who paid them", measured.returned),
    token("Fees", "deposits", "jurors and arbitrator", measured.fees),
    token("What is left of lost deposits", "deposits", winner, measured.compensation),
    token("What is left of lost deposits", "deposits", "treasury", measured.treasury),
  ]);
}
