import { expect, it } from "vitest";
import { AUDIT_OUTCOMES } from "./audit-reports.ts";
import { FINISH_REASONS } from "./commitment-types.ts";
import { enumName, enumNumber } from "./contract-enums.ts";
import { accountingV2Facts, auditsFacts } from "./generated/facts.ts";
import { rejectionOf } from "./rejections.ts";

const NAMES = ["None", "First", "Second"] as const;

it("reads numbers as the names at their places, whatever their type, and writes them back", () => {
  expect([0n, 1n, 2].map((value) => enumName(NAMES, value))).toEqual(["None", "First", "Second"]);
  expect(NAMES.map((name) => enumNumber(NAMES, name))).toEqual([0, 1, 2]);
});

it("reads a number that it has no name for as unknown, never as none", () => {
  expect([3, 255n, -1, 2n ** 64n].map((value) => enumName(NAMES, value))).toEqual(Array(4).fill("Unknown"));
  expect(rejectionOf(accountingV2Facts.Rejection.length)).toBe("Unknown");
});

it("knows as many finish reasons and outcomes of audits as the contracts, at their numbers", () => {
  expect(FINISH_REASONS.length - 1).toBe(Number(accountingV2Facts.FINISH_LAST));
  expect(FINISH_REASONS.indexOf("failed")).toBe(Number(accountingV2Facts.FINISH_FAILED));
  expect(FINISH_REASONS).toEqual(["failed", "stop", "length", "cancelled"]);
  expect(AUDIT_OUTCOMES.length).toBe(Number(auditsFacts.OUTCOME_LAST));
  expect(AUDIT_OUTCOMES.indexOf("passed") + 1).toBe(Number(auditsFacts.OUTCOME_PASSED));
  expect(AUDIT_OUTCOMES.indexOf("unanswered") + 1).toBe(Number(auditsFacts.OUTCOME_UNANSWERED));
});
