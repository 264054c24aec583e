import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Delivery, Move, Slashing } from "../dispute-rows.ts";
import { type Branch, moving, restitutionOf, shareOf, type Transfer } from "./transfers.ts";
import type { DisputeState } from "./words.ts";

const { REPORTER_SHARE, VICTIM_SHARE } = deliveryDisputesFacts;

type Stakes = Pick<Delivery, "paid" | "held" | "penalty" | "bond">;

const bond = (to: string, units: bigint, isLimit = false): Transfer => ({
  what: "Bond",
  from: "bond",
  to,
  units,
  unit: "ether",
  ...(isLimit ? { isLimit } : {}),
});
const held = (to: string, { held: units }: Stakes): Transfer => ({
  what: "Pay for the answer",
  from: "escrow's hold",
  to,
  units,
  unit: "token",
});

/** What of the pay had matured, and so is in the executor's hands. */
const maturedOf = ({ paid, held: inHold }: Stakes): bigint => paid - inHold;

/** What a default takes out of the stake, if the executor has that much and nobody came earlier. */
function slashOf(stakes: Stakes): readonly Transfer[] {
  const missing = maturedOf(stakes);
  const taken = stakes.penalty + missing;
  const restituted = restitutionOf(taken, missing, REPORTER_SHARE + VICTIM_SHARE);
  const penalty = taken - restituted;
  const [client, reporter] = [shareOf(penalty, VICTIM_SHARE), shareOf(penalty, REPORTER_SHARE)];
  const out = (what: string, to: string, units: bigint): Transfer => ({
    ...{ what, from: "executor's stake", to, units, unit: "token", isLimit: true },
  });
  return [
    out("Pay that had matured", "client", restituted),
    out("Penalty", "client", client),
    out("Penalty", "whoever ends it", reporter),
    out("Penalty", "treasury", penalty - client - reporter),
  ];
}

/** Every way in which a delivery dispute can end, with the money of each. */
export function deliveryBranches(stakes: Stakes): readonly Branch[] {
  const all: readonly Branch[] = [
    {
      state: "DELIVERED",
      when: "The executor puts the answer on chain in time.",
      transfers: [
        held("executor", stakes),
        bond("executor, for the gas of the reveal; the rest back", stakes.bond, true),
      ],
      follows: "Counted as a forced reveal.",
    },
    {
      state: "REJECTED",
      when: "The executor shows that the client acknowledged the answer.",
      transfers: [held("executor", stakes), bond("executor", stakes.bond)],
      follows: "A lost dispute of the client.",
    },
    {
      state: "CONCEDED",
      when: "The executor admits that it cannot show the answer.",
      transfers: [
        held("client", stakes),
        {
          what: "Pay that had matured",
          from: "executor's wallet",
          to: "client",
          units: maturedOf(stakes),
          unit: "token",
        },
        bond("back to who posted it", stakes.bond),
      ],
      follows: "Half a strike, and a lost dispute of the executor.",
    },
    {
      state: "CANCELLED",
      when: "The client withdraws before a part of the answer is shown.",
      transfers: [held("executor", stakes), bond("back to who posted it", stakes.bond)],
      follows: "Nothing is counted.",
    },
    {
      state: "DEFAULTED",
      when: "The deadline passes, and anybody ends the dispute.",
      transfers: [held("client", stakes), ...slashOf(stakes), bond("back to who posted it", stakes.bond)],
      follows: "A strike, and a lost dispute of the executor. The third strike in 30 days brings jail.",
    },
  ];
  return all.map((branch) => ({ ...branch, transfers: moving(branch.transfers) }));
}

/** Those that can still come: once a part of the answer is on chain, the client cannot withdraw any more. */
export const deliveryWays = (
  branches: readonly Branch[],
  { state, revealedBytes }: { readonly state: DisputeState; readonly revealedBytes: number },
): readonly Branch[] =>
  branches.filter((branch) => branch.state !== "CANCELLED" || state !== "OPEN" || revealedBytes === 0);

interface Ended {
  readonly delivery: Delivery;
  readonly slashing: Slashing | undefined;
  readonly moves: readonly Move[];
}

/** Who was credited how much of the bond, by the moves that say so. What was sent beyond the bond comes back at once, and is not of it. */
function bondCredits({ delivery, moves }: Ended): readonly Transfer[] {
  const opening = moves.find(({ kind }) => kind === "OPENED")?.transactionHash;
  return moves
    .filter(({ kind, transactionHash }) => kind === "BOND_CREDITED" && transactionHash !== opening)
    .map(({ account, amount }) =>
      bond(account === delivery.executorAddress ? "executor" : "back to who posted it", amount ?? 0n),
    );
}

/** What did happen, to the unit. */
export function deliveryOutcome(ended: Ended): readonly Transfer[] {
  const { delivery, slashing } = ended;
  const token = (what: string, from: string, to: string, units: bigint): Transfer => ({
    ...{ what, from, to, units, unit: "token" },
  });
  const stake = "executor's stake";
  return moving([
    token("Pay for the answer", "escrow's hold", "executor", delivery.released),
    token("Pay for the answer", "escrow's hold", "client", delivery.refunded),
    token("Pay that had matured", slashing ? stake : "executor's wallet", "client", delivery.repaid),
    token("Penalty", stake, "client", slashing?.toVictim ?? 0n),
    token("Penalty", stake, "whoever ended it", slashing?.toReporter ?? 0n),
    token("Penalty", stake, "treasury", slashing?.toTreasury ?? 0n),
    token("Penalty, waiting for earlier claims", stake, "those above, or who came first", slashing?.waiting ?? 0n),
    ...bondCredits(ended),
  ]);
}
