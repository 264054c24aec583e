import { describe, expect, it, vi } from "vitest";
import { openAuditLog } from "../../../node/src/store/validator/audit-log.ts";
import type {
  CanaryOrder,
  CanaryReply,
  EndedCanary,
  TracesOrder,
  TracesReply,
} from "../../../node/src/validator/audit/canary-answer.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { drawCanary } from "../../../node/src/validator/canary/draw-canary.ts";
import {
  course,
  EPOCH,
  executors,
  goTo,
  MOST,
  never,
  now,
  openStore,
  reported,
  SLOW,
  type Store,
  start,
  useStage,
} from "./staged-audits.ts";
import { away, hiding, honest, inflating, showing, silent, traced, WEIGHTS, ZERO } from "./staged-conducts.ts";

const WAIT = { timeout: 60_000 };

useStage();

describe("an executor that keeps a question open", () => {
  it(
    "holds up nobody else's questions, nor reports: its own come to nothing",
    async () => {
      const { db } = openStore();
      using _db = db;
      const store: Store = openAuditLog(db);
      const asked: CanaryOrder[] = [];
      const [staller, other] = executors;
      const kept: (() => void)[] = [];
      // In the first epoch that is audited; the test ends in the next.
      const keeping = async (order: CanaryOrder): Promise<CanaryReply> => {
        if (order.epoch !== asked[0]?.epoch) return silent(order);
        return new Promise((resolve) => kept.push(() => resolve({ type: "unanswered", problem: "Late." })));
      };
      const { auditor, visitor } = start(db, asked, {
        conduct: (executor) => (executor === staller ? keeping : honest),
      });
      await auditor.look(never);
      const epoch = (await now()) / EPOCH + 2n;
      await goTo(epoch * EPOCH + 5n);
      await auditor.look(never);
      const late = (epoch + 1n) * EPOCH - 15n;
      await goTo(late);
      const visiting = visitor.visit(never);
      const of = (executor?: string) =>
        store.ofEpoch(epoch).filter((one) => one.executor === executor && one.askAt <= late);
      const states = (executor?: string) => of(executor).map(({ state }) => state);
      await vi.waitFor(() => expect(new Set(states(other))).toEqual(new Set(["answered"])), WAIT);
      // In order: its second is not asked while the first is open.
      expect(asked.filter(({ executor }) => executor === staller)).toHaveLength(1);
      // Judging goes on; the report waits for the answer, and then no longer.
      await auditor.look(never);
      expect(new Set(states(other))).toEqual(new Set(["judged"]));
      await goTo((epoch + 1n) * EPOCH + 30n);
      await auditor.look(never);
      expect(await reported()).toEqual([]);
      await goTo((epoch + 1n) * EPOCH + (EPOCH * 3n) / 4n);
      await auditor.look(never);
      expect(await reported()).toMatchObject([{ executor: other, canaries: of(other).length }]);
      kept[0]?.();
      await visiting;
      // The epoch was over: it was asked nothing more.
      expect(kept).toHaveLength(1);
      expect(states(staller).filter((state) => state === "unanswered")).toHaveLength(1);
    },
    SLOW,
  );
});

describe("an offer that asks more than a canary pays", () => {
  it(
    "is not drawn, and says nothing of who makes it; who raises its price later meets a limit",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const [dear, fair] = executors;
      const priceOf = (executor: string) => (executor === dear ? { ...MOST, outbound: MOST.outbound + 1n } : MOST);
      const auditor = start(db, asked, { conduct: () => honest, priceOf });
      const epoch = await course(() => auditor.look(never));
      expect(new Set(asked.map(({ executor }) => executor))).toEqual(new Set([fair]));
      for (const { maxPrice } of asked) expect(maxPrice).toEqual(MOST);
      expect((await reported()).filter((row) => row.epoch === epoch).map(({ executor }) => executor)).toEqual([fair]);
    },
    SLOW,
  );
});

describe("the traces of a visit", () => {
  it(
    "are asked for once its epoch is over, all at a time, and reported with it",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const fetched: TracesOrder[] = [];
      const auditor = start(db, asked, { conduct: () => traced, fetched });
      const early: number[] = [];
      const epoch = await course(async () => {
        await auditor.look(never);
        if ((await now()) / EPOCH === (asked[0]?.epoch ?? 0n)) early.push(fetched.length);
      });
      expect(early.length).toBeGreaterThan(1);
      expect(new Set(early)).toEqual(new Set([0]));
      const ofEpoch = fetched.filter((one) => one.epoch === epoch);
      expect(ofEpoch.map(({ executor }) => executor).sort()).toEqual(executors);
      for (const { executor, answers } of ofEpoch)
        expect(answers.map(({ id }) => id)).toEqual(
          asked.filter((one) => one.executor === executor && one.epoch === epoch).map(({ id }) => id),
        );
      expect(await reported()).toMatchObject(executors.map((executor) => ({ executor, epoch, outcome: 4 })));
    },
    SLOW,
  );

  it.each<[string, object, () => (order: TracesOrder) => TracesReply]>([
    ["hidden by who was there", { outcome: 2, unanswered: 0 }, () => hiding],
    ["unanswered of who was away", { outcome: 3, traceFailures: 0 }, () => away],
    [
      "none the worse of who came back before they were due",
      { outcome: 4, traceFailures: 0, unanswered: 0 },
      () => {
        let tries = 0;
        return (order) => (tries++ === 0 ? away(order) : showing()(order));
      },
    ],
    [
      "hidden by who showed some, and was away for the others",
      { outcome: 2, unanswered: 0 },
      () => {
        let tries = 0;
        return (order) => (tries++ === 0 ? showing(2)(order) : away(order));
      },
    ],
  ])(
    "are %s",
    async (_, row, shows) => {
      const { db } = openStore();
      using _db = db;
      const [first = "0x", other = "0x"] = executors;
      const show = shows();
      const fetched: TracesOrder[] = [];
      const auditor = start(db, [], {
        conduct: () => traced,
        show: (of) => (of === first ? show : showing()),
        fetched,
      });
      const epoch = await course(() => auditor.look(never));
      expect(await reported()).toMatchObject([
        { executor: first, epoch, ...row },
        { executor: other, epoch, outcome: 4 },
      ]);
      expect(fetched.filter((one) => one.executor === first && one.epoch === epoch).length).toBeGreaterThan(1);
      expect(
        openAuditLog(db)
          .openVisits(1n << 40n)
          .filter((one) => one.epoch === epoch),
      ).toEqual([]);
    },
    SLOW,
  );

  it(
    "say nothing of an executor where this validator could not ask for them",
    async () => {
      const { db } = openStore();
      using _db = db;
      const unasked = (): TracesReply => ({ type: "unasked", problem: "No." });
      const auditor = start(db, [], { conduct: () => traced, show: () => unasked });
      const epoch = await course(() => auditor.look(never));
      await goTo((epoch + 1n) * EPOCH + (EPOCH * 3n) / 4n);
      await auditor.look(never);
      expect(await reported()).toEqual([]);
      expect(
        openAuditLog(db)
          .openVisits(1n << 40n)
          .filter((one) => one.epoch === epoch),
      ).toEqual([]);
    },
    SLOW,
  );
});

describe("a trusted executor", () => {
  it(
    "is visited again by a key that has asked for no trace, and found if it cheats those alone that come back",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const fetched: TracesOrder[] = [];
      const auditor = start(db, asked, {
        conduct: () => (order) => (order.returnsFrom === undefined ? traced(order) : inflating(order)),
        fetched,
        trust: 0.4,
      });
      await auditor.look(never);
      let epoch = (await now()) / EPOCH + 2n;
      const failed = async () => (await reported()).filter(({ outcome }) => outcome === 2);
      for (const last = epoch + 40n; epoch < last && (await failed()).length === 0; epoch++)
        for (const share of [5n, EPOCH / 2n, EPOCH - 200n, EPOCH + EPOCH / 4n, EPOCH + EPOCH / 2n]) {
          await goTo(epoch * EPOCH + share);
          await auditor.look(never);
        }
      const [{ executor, epoch: found } = expect.unreachable()] = await failed();
      const { returnsFrom = 0n } = asked.find((order) => order.executor === executor && order.epoch === found) ?? {};
      expect(returnsFrom).toBeGreaterThan(0n);
      expect(returnsFrom).toBeLessThan(found);
      // By then nobody had been asked for what the key was answered at first, and it was reported as nothing.
      expect(fetched.filter((order) => order.executor === executor && order.epoch === returnsFrom)).toEqual([]);
      expect((await reported()).filter((row) => row.executor === executor && row.epoch === returnsFrom)).toEqual([]);
    },
    SLOW,
  );

  it(
    "is asked for all traces that waited once its visitor has come back for the last time",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const fetched: TracesOrder[] = [];
      const auditor = start(db, asked, { conduct: () => traced, fetched, trust: 0.4 });
      await auditor.look(never);
      let epoch = (await now()) / EPOCH + 2n;
      const back = () =>
        fetched.find((one) => asked.some(({ id, returnsFrom }) => returnsFrom && one.answers.some((a) => a.id === id)));
      for (const last = epoch + 40n; epoch < last && back() === undefined; epoch++)
        for (const share of [5n, EPOCH / 2n, EPOCH - 200n, EPOCH + EPOCH / 4n, EPOCH + EPOCH / 2n]) {
          await goTo(epoch * EPOCH + share);
          await auditor.look(never);
        }
      const { executor, epoch: came } = back() ?? expect.unreachable();
      const { returnsFrom } = asked.find((order) => order.executor === executor && order.epoch === came) ?? {};
      expect(fetched.some((order) => order.executor === executor && order.epoch === returnsFrom)).toBe(true);
      const store: Store = openAuditLog(db);
      expect(
        new Set(
          store
            .ofEpoch(returnsFrom ?? 0n)
            .filter((one) => one.executor === executor)
            .map(({ state }) => state),
        ),
      ).toEqual(new Set(["judged"]));
    },
    SLOW,
  );

  it("is asked for what waited with nobody in whose visit it is now", () => {
    const { db } = openStore();
    using _db = db;
    const store: Store = openAuditLog(db);
    const [executor = "0x"] = executors;
    const question = { canary: drawCanary(seededRandom(1)), waits: true as const };
    const planned = { executor, model: "tiny", weightsHash: WEIGHTS, askAt: 0n, question };
    for (const epoch of [4n, 5n, 7n]) {
      store.beginEpoch(epoch, ZERO, [planned]);
      const [{ id } = expect.unreachable()] = store.ofEpoch(epoch);
      store.markAsked(id);
      store.saveAnswer(id, honest({ id } as CanaryOrder) as EndedCanary, ZERO, 9_000n);
    }
    expect(store.waitingVisit(executor, 8_999n)).toEqual({ executor, epoch: 7n, model: "tiny", weightsHash: WEIGHTS });
    store.hastenTraces(executor, 6n, 100n);
    expect([4n, 5n, 7n].map((epoch) => store.traceAtOf(executor, epoch))).toEqual([100n, 100n, 9_000n]);
    expect(store.openVisits(8_999n).map(({ epoch }) => epoch)).toEqual([4n, 5n]);
  });
});
