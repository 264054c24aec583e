import { preimageAt } from "@lloom/protocol/audit-chains";
import { auditReports } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { id } from "ethers";
import { openAudits } from "../support/contracts/audits.ts";
import type { Market } from "../support/contracts/market.ts";
import type { GasFigure } from "./rows.ts";

const EPOCHS = 8;

/** What a typical row takes: hashes full of bits, small counts. */
const rowsOn = (executors: readonly Address[]) =>
  auditReports(
    executors.map((executor) => ({
      executor,
      model: id("model") as Hex,
      weightsHash: id("weights") as Hex,
      evidence: id(executor) as Hex,
      outcome: "passed" as const,
      canaries: 3,
      unanswered: 0,
      structureFailures: 0,
      countFailures: 0,
      traceFailures: 0,
      crossFailures: 0,
      logLikelihood: -2.5,
    })),
  )[0] ?? [];

/** Gas of an epoch's seed, and of one epoch's report on 1, 8 and 32 executors, by a validator that reported before. */
export async function measureAudits(market: Market): Promise<GasFigure[]> {
  const { audits, validator, chain, enter, fixSeed, registerExecutors } = await openAudits(market, {
    odds: 1n,
    length: EPOCHS,
  });
  const executors = await registerExecutors(32);
  let epoch = chain.firstEpoch;
  const reportOn = async (count: number) => {
    const seed = await fixSeed(epoch);
    await enter(epoch + 1n);
    const rows = rowsOn(executors.slice(0, count));
    const sent = await audits.send(validator, "report", epoch, preimageAt(chain, epoch), rows);
    epoch += 2n; // The next one has begun already, without its seed.
    return { seed: Number(seed.gasUsed), report: Number(sent.gasUsed) };
  };
  await reportOn(1); // The first report writes slots that are empty.
  const one = await reportOn(1);
  const eight = await reportOn(8);
  const many = await reportOn(32);
  return [
    { name: "audit.seed", value: one.seed, target: 130_000 },
    { name: "audit.report@1", value: one.report, target: 75_000 },
    { name: "audit.report@8", value: eight.report, target: 185_000 },
    { name: "audit.report@32", value: many.report, target: 600_000 },
  ];
}
