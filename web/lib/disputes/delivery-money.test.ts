import { describe, expect, test } from "vitest";
import { deliveryBranches, deliveryWays } from "./delivery-money.ts";
import type { Branch, Transfer } from "./transfers.ts";

const STAKES = { paid: 1_000n, held: 1_000n, penalty: 5_000n, bond: 105n };

const branch = (stakes: typeof STAKES, state: Branch["state"]): readonly Transfer[] =>
  deliveryBranches(stakes).find((one) => one.state === state)?.transfers ?? [];
const brief = (transfers: readonly Transfer[]) => transfers.map(({ to, units, unit }) => `${to}: ${units} ${unit}`);

describe("the money of a delivery dispute", () => {
  test("goes by who was right: held pay and bond", () => {
    expect(brief(branch(STAKES, "REJECTED"))).toEqual(["executor: 1000 token", "executor: 105 ether"]);
    expect(brief(branch(STAKES, "CONCEDED"))).toEqual(["client: 1000 token", "back to who posted it: 105 ether"]);
  });

  test("gives the executor nothing for a dispute that is withdrawn", () => {
    expect(brief(branch(STAKES, "CANCELLED"))).toEqual(["executor: 1000 token", "back to who posted it: 105 ether"]);
  });

  test("splits a default's penalty, and every unit of it", () => {
    expect(brief(branch({ ...STAKES, penalty: 5_003n }, "DEFAULTED"))).toEqual([
      "client: 1000 token",
      "client: 2001 token",
      "whoever ends it: 500 token",
      "treasury: 2502 token",
      "back to who posted it: 105 ether",
    ]);
  });

  test("takes pay that had matured out of the wallet of who concedes, and out of the stake of who does not answer", () => {
    const matured = { ...STAKES, held: 400n };
    const conceded = branch(matured, "CONCEDED").find(({ from }) => from === "executor's wallet");
    expect(conceded?.units).toBe(600n);
    const taken = branch(matured, "DEFAULTED").filter(({ from }) => from === "executor's stake");
    expect(brief(taken)[0]).toBe("client: 600 token");
    expect(taken.reduce((sum, { units }) => sum + units, 0n)).toBe(5_600n);
  });

  test("makes good out of stake no more than a fifth of what is taken", () => {
    const [made] = branch({ ...STAKES, paid: 9_000n, held: 0n }, "DEFAULTED");
    expect(made).toMatchObject({ from: "executor's stake", units: 2_800n, isLimit: true });
  });

  test("says nothing of what does not move", () => {
    const free = { ...STAKES, bond: 0n };
    for (const { transfers } of deliveryBranches(free)) for (const { units } of transfers) expect(units).not.toBe(0n);
  });

  test("leaves out the withdrawal once a part of the answer is on chain", () => {
    const ways = (state: Branch["state"], revealedBytes: number) =>
      deliveryWays(deliveryBranches(STAKES), { state, revealedBytes }).map((one) => one.state);
    expect(ways("OPEN", 0)).toContain("CANCELLED");
    expect(ways("OPEN", 4_096)).toEqual(["DELIVERED", "REJECTED", "CONCEDED", "DEFAULTED"]);
    expect(ways("DELIVERED", 9_000)).toContain("CANCELLED");
  });
});
