import { epochSeed, isAssigned } from "@lloom/protocol/audit-assignments";
import { chainTip, MAX_CHAIN_LENGTH, preimageAt } from "@lloom/protocol/audit-chains";
import { type AuditFinding, auditReports, MAX_AUDIT_ROWS } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { id } from "ethers";
import { afterEach, describe, expect, it } from "vitest";
import { openAudits } from "../../support/contracts/audits.ts";
import { type Market, openMarket } from "../../support/contracts/market.ts";

/** EIP-7825: the most gas that one transaction may use. */
const TRANSACTION_GAS = 2n ** 24n;

const findingOn = (executor: Address): AuditFinding => ({
  executor,
  model: id("tiny-llama") as Hex,
  weightsHash: id("weights") as Hex,
  evidence: id(executor) as Hex,
  outcome: "passed",
  canaries: 3,
  unanswered: 0,
  structureFailures: 0,
  countFailures: 0,
  traceFailures: 0,
  crossFailures: 0,
  logLikelihood: -2.5,
});

describe("audits on a chain with real headers", () => {
  const open: Market[] = [];
  const market = async (): Promise<Market> => {
    const opened = await openMarket();
    open.push(opened);
    return opened;
  };
  afterEach(async () => {
    for (const { connection } of open.splice(0)) await connection.close();
  });

  it("has the same limits as the protocol's code, and the parameters of the module", async () => {
    const { audits, epochLength } = await openAudits(await market(), { odds: 3n, length: 2 });
    expect(await audits.read("MAX_CHAIN_LENGTH")).toBe(BigInt(MAX_CHAIN_LENGTH));
    expect(await audits.read("MAX_ROWS")).toBe(BigInt(MAX_AUDIT_ROWS));
    expect(await audits.read("odds")).toBe(3n);
    expect(epochLength).toBe(3_600n);
  });

  it("accepts a report on exactly those whom the protocol's code says are assigned", async () => {
    const { audits, validator, chain, chainId, ...rest } = await openAudits(await market(), { odds: 3n, length: 40 });
    const executors = await rest.registerExecutors(10);
    const epoch = chain.firstEpoch + 1n;
    const { number, prevRandao, parent, first } = await rest.enter(epoch);
    const seed = epochSeed({ chainId, audits: audits.address as Address, epoch, prevRandao });
    await audits.send(validator, "fixSeed", number, parent, first);
    expect(await audits.read("seeds", epoch)).toBe(seed);

    const preimage = preimageAt(chain, epoch);
    const assigned = executors.filter((executor) => isAssigned({ seed, preimage, executor, odds: 3n }));
    expect(assigned.length).toBeGreaterThan(0);
    expect(assigned.length).toBeLessThan(executors.length);
    await rest.enter(epoch + 1n);
    for (const executor of executors) {
      const [rows = []] = auditReports([findingOn(executor)]);
      const refusal = await audits.refusal(validator, "report", epoch, preimage, rows);
      expect(refusal.split("(")[0]).toBe(assigned.includes(executor) ? "accepted" : "AuditNotAssigned");
    }
    const [rows = []] = auditReports(assigned.map(findingOn));
    const events = audits.events(await audits.send(validator, "report", epoch, preimage, rows));
    expect(events.map(({ name }) => name)).toEqual(["PreimageRevealed", ...assigned.map(() => "ExecutorAudited")]);
    expect(events[1]?.args["logLikelihood"]).toBe(-2_500n);
    expect(events[1]?.args["epochStart"]).toBe(epoch * rest.epochLength);
  });

  it("fits the largest report after the longest sleep into one transaction", async () => {
    const opened = await market();
    const { audits, validator, registerExecutors, ...rest } = await openAudits(opened, { odds: 1n, length: 1 });
    const executors = await registerExecutors(MAX_AUDIT_ROWS);
    await rest.enter(rest.chain.lastEpoch + 1n);
    const chain = await rest.registerChain(validator, id("long") as Hex, MAX_CHAIN_LENGTH);
    expect(chainTip(chain.validator, chain.secret, 1)).toBe(preimageAt(chain, chain.lastEpoch - 1n));
    await rest.fixSeed(chain.lastEpoch);
    await rest.enter(chain.lastEpoch + 1n);
    const [rows = []] = auditReports(executors.map(findingOn));
    const receipt = await audits.send(validator, "report", chain.lastEpoch, chain.secret, rows);
    expect(audits.events(receipt)).toHaveLength(1 + MAX_AUDIT_ROWS);
    expect(receipt.gasUsed).toBeLessThan(TRANSACTION_GAS);
  });
});
