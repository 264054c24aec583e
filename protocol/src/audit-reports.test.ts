import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import {
  AUDIT_OUTCOMES,
  type AuditFinding,
  auditOutcomeOf,
  auditReports,
  auditRow,
  MAX_AUDIT_ROWS,
} from "./audit-reports.ts";

const random = seeded(13);
const finding: AuditFinding = {
  executor: "0x00000000000000000000000000000000000000ab",
  model: random.hash(),
  weightsHash: random.hash(),
  evidence: random.hash(),
  outcome: "failed",
  canaries: 5,
  unanswered: 2,
  structureFailures: 0,
  countFailures: 1,
  traceFailures: 2,
  crossFailures: 3,
  logLikelihood: 1.2345,
};

describe("auditRow", () => {
  it("has the outcome's code and thousandths, rounded down", () => {
    const { executor, model, weightsHash, evidence, canaries, unanswered } = finding;
    expect(auditRow(finding)).toEqual({
      ...{ executor, model, weightsHash, evidence, canaries, unanswered },
      ...{ structureFailures: 0, countFailures: 1, traceFailures: 2, crossFailures: 3 },
      outcome: 2,
      logLikelihood: 1_234,
    });
    const rounded = (logLikelihood: number) => auditRow({ ...finding, logLikelihood }).logLikelihood;
    expect([-0.0001, -0, 0.0009, 1e300, Number.NEGATIVE_INFINITY].map(rounded)).toEqual([
      -1, 0, 0, 2_147_483_647, -2_147_483_647,
    ]);
  });

  it.each([
    ["canaries", { canaries: 0, unanswered: 0 }, "needs canaries"],
    ["more unanswered than sent", { unanswered: 6 }, "needs canaries"],
    ["a fraction", { countFailures: 0.5 }, "has a count"],
    ["a negative count", { traceFailures: -1 }, "has a count"],
    ["a count above 16 bits", { canaries: 65_536 }, "has a count"],
    ["an answer to nothing", { unanswered: 5 }, '"unanswered" if and only if'],
    ["nothing for an answer", { outcome: "unanswered" as const }, '"unanswered" if and only if'],
    ["more failures than answers", { structureFailures: 4 }, "more failures than answers"],
    ["no number", { logLikelihood: Number.NaN }, "not a number"],
  ])("refuses %s", (_, wrong, sentence) => {
    expect(() => auditRow({ ...finding, ...wrong })).toThrow(sentence);
  });
});

describe("a row at its edges", () => {
  it("takes as many failures as answers, no answer for an unanswered one, and counts of 16 bits", () => {
    const all = { structureFailures: 3, countFailures: 3, traceFailures: 3, crossFailures: 3 };
    expect(auditRow({ ...finding, ...all })).toMatchObject(all);
    const none = { structureFailures: 0, countFailures: 0, traceFailures: 0, crossFailures: 0 };
    expect(auditRow({ ...finding, ...none, unanswered: 5, outcome: "unanswered" })).toMatchObject({ outcome: 3 });
    expect(auditRow({ ...finding, canaries: 65_535 }).canaries).toBe(65_535);
    expect(() => auditRow({ ...finding, unanswered: 65_536, canaries: 65_536 })).toThrow("has a count");
  });
});

describe("auditOutcomeOf", () => {
  it("reads what a row writes, and a code of contracts to come as unknown", () => {
    const unanswered = { unanswered: 5, countFailures: 0, traceFailures: 0, crossFailures: 0 };
    for (const outcome of AUDIT_OUTCOMES) {
      const row = auditRow({ ...finding, ...(outcome === "unanswered" ? unanswered : {}), outcome });
      expect(auditOutcomeOf(row.outcome)).toBe(outcome);
      expect(auditOutcomeOf(BigInt(row.outcome))).toBe(outcome);
    }
    expect([0, 5n].map(auditOutcomeOf)).toEqual(["Unknown", "Unknown"]);
  });
});

describe("auditReports", () => {
  it("puts executors in order whatever case they are written in, and cuts at the limit", () => {
    const findings = Array.from({ length: 2 * MAX_AUDIT_ROWS + 1 }, () => ({ ...finding, executor: random.address() }));
    const [shouted] = findings;
    if (shouted !== undefined) shouted.executor = `0x${shouted.executor.slice(2).toUpperCase()}`;
    const reports = auditReports(findings);
    expect(reports.map((rows) => rows.length)).toEqual([MAX_AUDIT_ROWS, MAX_AUDIT_ROWS, 1]);
    const executors = reports.flat().map(({ executor }) => BigInt(executor));
    expect(executors).toEqual(findings.map(({ executor }) => BigInt(executor)).sort((a, b) => (a < b ? -1 : 1)));
  });

  it("of as many as one report holds is one report", () => {
    const findings = Array.from({ length: MAX_AUDIT_ROWS }, () => ({ ...finding, executor: random.address() }));
    expect(auditReports(findings).map((rows) => rows.length)).toEqual([MAX_AUDIT_ROWS]);
  });

  it("of nothing is one empty report", () => {
    expect(auditReports([])).toEqual([[]]);
  });

  it("refuses two findings on one executor", () => {
    const shouted = `0x${finding.executor.slice(2).toUpperCase()}` as const;
    const other = { ...finding, executor: random.address() };
    expect(() => auditReports([finding, other, { ...finding, executor: shouted }])).toThrow(
      "two findings in one epoch",
    );
  });
});
