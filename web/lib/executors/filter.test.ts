import { expect, test } from "vitest";
import { hashOfName } from "../models/model-names.ts";
import { executorsWhere, modelHashOf, parseExecutorFilter } from "./filter.ts";
import { gradeThreshold, priceThreshold, stakeThreshold } from "./thresholds.ts";

const MARKET = { minimumStake: 100n, averagePrice: 600n };
const FACTS = { ...MARKET, sellers: ["0xaa"] };
const whereOf = (params: Record<string, string>) => executorsWhere(parseExecutorFilter(params), FACTS);

test("an address without a filter narrows nothing, nor does one that is none", () => {
  expect(whereOf({})).toEqual({});
  expect(whereOf({ grade: "__proto__", price: "cheap", stake: "A", status: "toString", model: " " })).toEqual({});
});

test("every word of the address becomes a condition of the index", () => {
  expect(whereOf({ grade: "new", status: "active" })).toEqual({ grade: "NEWCOMER", active: true });
  expect(whereOf({ stake: "enough" })).toEqual({ stake_gte: "100", stake_lt: "300" });
  expect(whereOf({ stake: "ample", price: "usual" })).toEqual({
    ...{ stake_gte: "300", averagePrice_gt: "400", averagePrice_lt: "1200" },
  });
  expect([whereOf({ price: "low" }), whereOf({ price: "high" }), whereOf({ stake: "low" })]).toEqual([
    { averagePrice_lte: "400" },
    { averagePrice_gte: "1200" },
    { stake_lt: "100" },
  ]);
  expect([whereOf({ status: "jail" }), whereOf({ status: "below" }), whereOf({ status: "none" })]).toEqual([
    { jailedUntil_gte: 0 },
    { active: false, jailedUntil: null, registeredAt_gte: 0 },
    { registeredAt: null },
  ]);
});

test("a model is named or hashed, and one that nobody sells leaves nobody", () => {
  const hash = hashOfName("tiny");
  expect([
    modelHashOf(parseExecutorFilter({ model: "tiny" })),
    modelHashOf(parseExecutorFilter({ model: hash })),
  ]).toEqual([hash, hash]);
  expect(whereOf({ model: "tiny" })).toEqual({ address_in: ["0xaa"] });
  expect(executorsWhere(parseExecutorFilter({ model: "tiny" }), { ...FACTS, sellers: [] })).toEqual({
    address_in: ["0x"],
  });
});

test("thresholds of the list are those of the filter", () => {
  expect([99n, 100n, 299n, 300n].map((stake) => stakeThreshold(stake, MARKET).word)).toEqual([
    ...["below minimum", "enough", "enough", "ample"],
  ]);
  expect([400n, 401n, 1_199n, 1_200n, null].map((price) => priceThreshold(price, MARKET)?.word)).toEqual([
    ...["low", "usual", "usual", "high", undefined],
  ]);
  expect(priceThreshold(5n, { averagePrice: undefined })).toBeUndefined();
  expect((["A", "B", "C", "NEWCOMER", null] as const).map((grade) => gradeThreshold(grade)?.tone)).toEqual([
    ...["well", "plain", "bad", "plain", undefined],
  ]);
});
