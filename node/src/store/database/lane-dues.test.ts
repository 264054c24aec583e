import { expect, test } from "vitest";
import { encodeInteger, type Row, ZERO } from "./encoding.ts";
import { LaneDues } from "./lane-dues.ts";

const [ALICE, BOB] = [`0x${"a".repeat(40)}`, `0x${"b".repeat(40)}`] as const;
const [ONE, TWO] = [encodeInteger(1n), encodeInteger(2n)];
const row = (lane: string, cost: bigint, settled = 0n): Row => ({
  ...{ lane, cost: encodeInteger(cost), settled_cost: settled === 0n ? ZERO : encodeInteger(settled) },
});

/** A table, and how often it was read: whole, and lane by lane. */
function table(rows: Record<string, Row[]>) {
  const reads: string[] = [];
  const all = (party: string): Row[] => {
    reads.push("all");
    return rows[party] ?? [];
  };
  const ofLane = (party: string, lane: string): Row[] => {
    reads.push(lane);
    return (rows[party] ?? []).filter((it) => it["lane"] === lane);
  };
  return { reads, dues: new LaneDues({ all, ofLane }), rows };
}

test("sums the most that is owed in each lane, less what was settled, and reads it once", () => {
  const { dues, reads } = table({ [ALICE]: [row(ONE, 10n, 3n), row(ONE, 12n, 3n), row(TWO, 5n), row(TWO, 2n, 4n)] });
  expect([dues.sum(ALICE), dues.sum(ALICE), dues.sum(BOB)]).toEqual([14n, 14n, 0n]);
  expect(reads).toEqual(["all", "all"]);
});

test("reads a lane again that was written, and no other", () => {
  const { dues, reads, rows } = table({ [ALICE]: [row(ONE, 10n), row(TWO, 5n)] });
  dues.written(ALICE, 1n);
  expect(dues.sum(ALICE)).toBe(15n);
  rows[ALICE] = [row(ONE, 11n)];
  dues.written(ALICE, 1n);
  dues.written(BOB, 2n);
  expect(dues.sum(ALICE)).toBe(16n);
  dues.written(ALICE, 2n);
  expect(dues.sum(ALICE)).toBe(11n);
  expect(reads).toEqual(["all", ONE, TWO]);
});

test("counts nothing whose time is over, as long as it is", () => {
  const { dues } = table({ [ALICE]: [row(ONE, 4n), { ...row(ONE, 10n), deadline: 100 }] });
  expect([100, 101, 100].map((from) => dues.sum(ALICE, from))).toEqual([10n, 4n, 10n]);
});

test("reads everything again when it was told to forget", () => {
  const { dues, rows } = table({ [ALICE]: [row(ONE, 10n)] });
  dues.sum(ALICE);
  rows[ALICE] = [row(TWO, 1n)];
  dues.forget();
  expect(dues.sum(ALICE)).toBe(1n);
});
