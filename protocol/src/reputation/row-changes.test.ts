import { describe, expect, it } from "vitest";
import { seeded } from "../../test/seeded.ts";
import { stakeRegistryFacts } from "../generated/facts.ts";
import { leftAt } from "./decay.ts";
import type { Audit, LaneSettlement, ReputationEvent } from "./events.ts";
import { ONE, toNumber } from "./fixed-point.ts";
import type { ReputationRules } from "./parameters.ts";
import { rowsAfter, type TouchedRows } from "./row-changes.ts";

const RULES: ReputationRules = { epochSeconds: 3_600n, minimumStake: 100_000_000n };
const DAY = 86_400n;
const HALF_LIFE = 14n * DAY;
const START = HALF_LIFE * 1_484n;
const EXECUTOR = "0x00000000000000000000000000000000000000e1";
const [CLIENT, VALIDATOR] = [
  "0x00000000000000000000000000000000000000c1",
  "0x00000000000000000000000000000000000000a1",
] as const;

const after = (events: readonly ReputationEvent[], rows: TouchedRows = {}): TouchedRows => {
  const sofar = { ...rows };
  for (const event of events) Object.assign(sofar, rowsAfter(RULES, sofar, event));
  return sofar;
};

const audit = (outcome: Audit["outcome"], seconds: bigint): Audit => ({
  kind: "audit",
  executor: EXECUTOR,
  validator: VALIDATOR,
  epoch: seconds / 3_600n,
  outcome,
  seconds: seconds + 3_600n,
});
const channel = (balance: bigint, seconds: bigint): ReputationEvent => ({
  kind: "channel",
  executor: EXECUTOR,
  client: CLIENT,
  balance,
  seconds,
});
const settlement = (acknowledged: bigint, balance: bigint, seconds: bigint): LaneSettlement => ({
  kind: "settlement",
  executor: EXECUTOR,
  client: CLIENT,
  acknowledged,
  balance,
  seconds,
});
const receiptsOf = ({ executor }: TouchedRows, seconds: bigint): bigint =>
  executor === undefined ? 0n : leftAt(executor.receipts, { period: executor.period, seconds });

describe("an audit", () => {
  it("counts one in its epoch, and half of it fourteen days later", () => {
    const { auditor } = after([audit("passed", START)]);
    const { passed = 0n, period = 0n } = auditor ?? {};
    expect(leftAt(passed, { period, seconds: START })).toBe(ONE);
    expect(leftAt(passed, { period, seconds: START + HALF_LIFE })).toBe(ONE / 2n);
    expect(toNumber(leftAt(passed, { period, seconds: START + HALF_LIFE / 2n }))).toBeCloseTo(Math.SQRT1_2, 15);
  });

  it("ages from the audited epoch, also if the report came in the next half-life", () => {
    const end = START - 3_600n;
    const late = after([audit("failed", START), audit("failed", end)]).auditor;
    const inOrder = after([audit("failed", end), audit("failed", START)]).auditor;
    expect(late).toEqual(inOrder);
  });

  it("is nothing if inconclusive or unknown", () => {
    for (const outcome of ["inconclusive", "Unknown"] as const)
      expect(after([audit(outcome, START)]).auditor).toMatchObject({ passed: 0n, failed: 0n, unanswered: 0n });
  });

  it("ages the same however often its row is brought up to date", () => {
    const random = seeded(14);
    for (let round = 0; round < 50; round++) {
      const times = Array.from({ length: 20 }, () => START + BigInt(random.below(40_000)) * 3_600n);
      const idle = times.map((seconds) => audit("inconclusive", seconds));
      const found = audit(round % 2 === 0 ? "passed" : "failed", START - 7_200n);
      const last = audit("passed", START + 40_000n * 3_600n);
      const touched = after([found, ...idle.sort((a, b) => Number(a.epoch - b.epoch)), last]);
      expect(touched).toEqual(after([found, last]));
    }
  });
});

describe("a receipt", () => {
  const DAYS_LOCK = 10_000_000n;

  it("is worth what was acknowledged, if enough lay in the channel for long enough", () => {
    const rows = after([channel(10n * DAYS_LOCK, START), settlement(200_000n, 0n, START + DAY)]);
    expect(receiptsOf(rows, START + DAY)).toBe(2n * ONE);
    expect(rows.channel?.unused).toBe(8n * DAYS_LOCK * DAY);
  });

  it("is worth no more than the money's time, and that counts once", () => {
    const rows = after([channel(DAYS_LOCK, START), settlement(10n ** 12n, DAYS_LOCK, START + 3n * DAY)]);
    expect(receiptsOf(rows, START + 3n * DAY)).toBe(3n * ONE);
    const again = after([settlement(10n ** 12n, DAYS_LOCK, START + 3n * DAY)], rows);
    expect(receiptsOf(again, START + 3n * DAY)).toBe(3n * ONE);
  });

  it("uses up the money's time that it is worth, and no less", () => {
    // A receipt's worth that is no whole number of what is counted.
    const rows = after([channel(DAYS_LOCK, START), settlement(1n, 0n, START + DAY)]);
    const worth = (ONE * 1_000n) / RULES.minimumStake;
    const used = DAYS_LOCK * DAY - (rows.channel?.unused ?? 0n);
    expect(used * ONE >= worth * DAYS_LOCK * DAY && (used - 1n) * ONE < worth * DAYS_LOCK * DAY).toBe(true);
    // A clock that goes back gives no time.
    const back = after([channel(DAYS_LOCK, START - DAY)], rows);
    expect(back.channel).toMatchObject({ since: START + DAY, unused: rows.channel?.unused });
  });

  it("is worth nothing in the block in which the money came", () => {
    const rows = after([channel(10n ** 15n, START), settlement(10n ** 12n, 0n, START)]);
    expect(receiptsOf(rows, START)).toBe(0n);
  });

  it("gains nothing by being cut among clients", () => {
    const random = seeded(1_000);
    for (let round = 0; round < 100; round++) {
      const clients = 1 + random.below(20);
      const [balance, paid] = [BigInt(random.below(10 ** 9)), BigInt(random.below(10 ** 9))];
      const [lock, pay] = [balance * BigInt(clients), paid * BigInt(clients)];
      const now = START + BigInt(random.below(100) * 3_600);
      const one = after([channel(lock, START), settlement(pay, 0n, now)]);
      let executor: TouchedRows["executor"];
      for (let client = 0; client < clients; client++) {
        executor = after([channel(balance, START), settlement(paid, 0n, now)], { executor }).executor;
      }
      expect(receiptsOf({ executor }, now) <= receiptsOf(one, now)).toBe(true);
    }
  });
});

describe("a strike", () => {
  const strike = (halves: bigint, seconds: bigint): ReputationEvent => ({
    kind: "strike",
    executor: EXECUTOR,
    halves,
    seconds,
  });

  it("counts by halves, and not beyond those that jail", () => {
    const once = after([strike(1n, START)]).executor;
    expect(leftAt(once?.strikes ?? 0n, { period: once?.period ?? 0n, seconds: START })).toBe(ONE / 2n);
    const often = after(Array.from({ length: 2_000 }, () => strike(2n, START))).executor;
    expect(leftAt(often?.strikes ?? 0n, { period: often?.period ?? 0n, seconds: START })).toBe(
      (stakeRegistryFacts.JAIL_HALVES * ONE) / 2n,
    );
  });
});

describe("a row", () => {
  const about = { executor: EXECUTOR, seconds: START } as const;

  it("is changed by what it is about, and no other one", () => {
    const row = after([{ kind: "registration", ...about }]).executor;
    const names = (event: ReputationEvent): string[] => Object.keys(rowsAfter(RULES, { executor: row }, event)).sort();
    expect(names({ kind: "registration", ...about })).toEqual(["executor"]);
    expect(names({ kind: "stake", ...about, stake: 1n })).toEqual(["executor"]);
    expect(names({ kind: "strike", ...about, halves: 1n })).toEqual(["executor"]);
    expect(names(audit("passed", START))).toEqual(["auditor"]);
    expect(names(channel(1n, START))).toEqual(["channel"]);
    expect(names(settlement(1n, 1n, START))).toEqual(["channel", "executor"]);
  });
});

describe("stake", () => {
  it("is the executor's, once it has registered", () => {
    const stake = { kind: "stake", executor: EXECUTOR, stake: 5n, seconds: START } as const;
    expect(rowsAfter(RULES, {}, stake)).toEqual({});
    const registered = after([{ kind: "registration", executor: EXECUTOR, seconds: START }, stake]);
    expect(registered.executor).toMatchObject({ registered: true, stake: 5n });
  });
});
