import { accountingV2Facts, measuredDisputesFacts, stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { rejectionOf } from "@lloom/protocol/rejections";
import { expect, test } from "vitest";
import { AUDIT_COUNTS } from "../src/rollups.ts";
import { outcomeOf, rulingOf, tableName, tableNames } from "../src/schema/contract-names.ts";

test("writes a contract's names as SQL has enums, and leaves room for a number that only a newer contract gives", () => {
  expect(tableNames(stakeRegistryFacts.Power)).toEqual(["NONE", "STAKE", "STAKE_AND_TAILS", "UNKNOWN"]);
  expect(tableName("ClientSignature")).toBe("CLIENT_SIGNATURE");
});

test("has a value for every reason of the contract, and never takes an unknown one for none", () => {
  const values: readonly string[] = tableNames(accountingV2Facts.Rejection);
  const found = accountingV2Facts.Rejection.map((_, value) => tableName(rejectionOf(value)));
  expect(found).toEqual(values.slice(0, -1));
  expect(found.at(13)).toBe("DISPUTED");
  expect(tableName(rejectionOf(values.length - 1))).toBe("UNKNOWN");
});

test("counts an audit's outcome by its number, and one that is not known for nobody", () => {
  expect([1, 2, 3, 4].map(outcomeOf)).toEqual(["PASSED", "FAILED", "UNANSWERED", "INCONCLUSIVE"]);
  expect([0, 5].map((outcome) => AUDIT_COUNTS[outcomeOf(outcome)])).toEqual([{ auditCount: 1 }, { auditCount: 1 }]);
});

test("reads an arbitrator's ruling as its contract does, and one that is not known as no verdict", () => {
  const { RULING_MISMATCH, RULING_MATCH } = measuredDisputesFacts;
  expect([0n, RULING_MISMATCH, RULING_MATCH].map(rulingOf)).toEqual(["NONE", "MISMATCH", "MATCH"]);
  expect(rulingOf(RULING_MATCH + 1n)).toBe("UNKNOWN");
});
