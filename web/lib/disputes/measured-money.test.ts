import { describe, expect, test } from "vitest";
import { measuredBranches, measuredWays } from "./measured-money.ts";
import type { Branch, Transfer } from "./transfers.ts";

/** A fee of 200 000, so a bond of sixteen of them. */
const STAKES = { penalty: 40_000_001n, restitution: 0n, bond: 3_200_000n, held: 7n, offence: "WRONG_MODEL" };

const branch = (stakes: typeof STAKES, state: Branch["state"]): Branch => {
  const found = measuredBranches(stakes).find((one) => one.state === state);
  if (found === undefined) throw new TypeError(`There is no branch ${state}.`);
  return found;
};
const outOfStake = ({ transfers }: Branch): readonly Transfer[] =>
  transfers.filter(({ from }) => from === "executor's stake");
const total = (transfers: readonly Transfer[]) => transfers.reduce((sum, { units }) => sum + units, 0n);

describe("the money of a measured dispute", () => {
  test("who concedes loses a quarter of the penalty, rounded against it, of which the challenger has three tenths", () => {
    const slash = outOfStake(branch(STAKES, "CONCEDED"));
    expect(slash.map(({ to, units }) => [to, units])).toEqual([
      ["challenger", 3_000_000n],
      ["treasury", 7_000_001n],
    ]);
  });

  test("who is found at fault loses all of it, of which jurors earn what the treasury then does not get, and the held pay", () => {
    const upheld = branch(STAKES, "UPHELD");
    expect(outOfStake(upheld).map(({ to, units }) => [to, units])).toEqual([
      ["challenger", 12_000_000n],
      ["jurors who were right", 3_200_000n],
      ["treasury", 28_000_001n],
    ]);
    expect(upheld.transfers[0]).toMatchObject({ to: "clients", units: 7n });
  });

  test("jurors get a fifth of a small penalty at most", () => {
    const jury = outOfStake(branch({ ...STAKES, penalty: 1_000_000n }, "UPHELD")).find(({ to }) =>
      to.startsWith("jurors"),
    );
    expect(jury?.units).toBe(200_000n);
  });

  test("makes good for pay that had matured, within what others leave", () => {
    const matured = { ...STAKES, restitution: 1_000_000n };
    expect(outOfStake(branch(matured, "CONCEDED"))[0]).toMatchObject({ to: "challenger", units: 1_000_000n });
    expect(total(outOfStake(branch(matured, "CONCEDED")))).toBe(10_000_001n + 1_000_000n);
    const much = { ...STAKES, penalty: 4_000_000n, restitution: 6_000_000n };
    expect(outOfStake(branch(much, "CONCEDED"))[0]?.units).toBe(3_000_000n);
  });

  test("nobody loses stake where nothing was found, and the pay is the executor's", () => {
    for (const state of ["REJECTED", "VOID"] as const) {
      expect(outOfStake(branch(STAKES, state))).toEqual([]);
      expect(branch(STAKES, state).transfers[0]).toMatchObject({ to: "executor", units: 7n });
    }
  });

  test("inflation that is conceded is a proof, another model half a strike", () => {
    expect(branch(STAKES, "CONCEDED").follows).toMatch(/^Half a strike/);
    expect(branch({ ...STAKES, offence: "TOKEN_INFLATION" }, "CONCEDED").follows).toMatch(/^A strike/);
  });

  test("leaves out a concession from when a jury is called for, and shows it again once all is over", () => {
    const ways = (state: Branch["state"]) => measuredWays(measuredBranches(STAKES), state).map((one) => one.state);
    expect(ways("ANSWER")).toEqual(["CONCEDED", "UPHELD", "REJECTED", "VOID"]);
    for (const state of ["DRAW", "VOTING", "APPEALABLE", "ARBITRATION"] as const)
      expect(ways(state)).toEqual(["UPHELD", "REJECTED", "VOID"]);
    expect(ways("UPHELD")).toContain("CONCEDED");
  });
});
