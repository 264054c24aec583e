import { expect, test } from "vitest";
import { disputesWhere, parseDisputeFilter } from "./filter.ts";

const ADDRESS = `0x${"ab".repeat(20)}`;

test("a list of disputes is narrowed by kind, state and party", () => {
  const filter = parseDisputeFilter({ kind: "model", state: "fault", executor: ADDRESS });
  expect(disputesWhere(filter)).toEqual({
    executorAddress: ADDRESS,
    challenger: undefined,
    offence: "WRONG_MODEL",
    state_in: ["CONCEDED", "DEFAULTED", "UPHELD", "PROVEN"],
  });
});

test.each([{ kind: "constructor" }, { state: "OPEN" }, { kind: ["model", "counts"] }, { executor: "0x12" }])(
  "what is no filter is left out: %j",
  (params) => {
    expect(disputesWhere(parseDisputeFilter(params))).toEqual({ executorAddress: undefined, challenger: undefined });
  },
);
