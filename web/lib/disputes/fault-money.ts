import type { Fault, Slashing } from "../dispute-rows.ts";
import { moving, type Transfer } from "./transfers.ts";

/** What a proven fault cost, to the unit. */
export function faultOutcome(
  { refunded }: Fault,
  { slashing, reporterWaits }: { readonly slashing: Slashing | undefined; readonly reporterWaits: boolean },
): readonly Transfer[] {
  const token = (what: string, from: string, to: string, units: bigint): Transfer => ({
    ...{ what, from, to, units, unit: "token" },
  });
  const stake = "executor's stake";
  return moving([
    token("Pay for the answer", "executor's earnings", "client", refunded),
    token("Penalty", stake, "client", (slashing?.toVictim ?? 0n) + (slashing?.restituted ?? 0n)),
    token(
      "Penalty",
      stake,
      reporterWaits ? "reporter, once nobody can have come first" : "reporter",
      slashing?.toReporter ?? 0n,
    ),
    token("Penalty", stake, "treasury", slashing?.toTreasury ?? 0n),
    token("Penalty, waiting for earlier claims", stake, "those above, or who came first", slashing?.waiting ?? 0n),
  ]);
}
