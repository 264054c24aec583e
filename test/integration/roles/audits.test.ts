import { DISPUTE_NATS } from "@lloom/protocol/verification/sequential-test";
import { describe, expect, it } from "vitest";
import { openAuditLog } from "../../../node/src/store/validator/audit-log.ts";
import type { Case, Grounds } from "../../../node/src/validator/audit/auditor.ts";
import type { CanaryOrder, EndedCanary } from "../../../node/src/validator/audit/canary-answer.ts";
import { VISIT_SIZES } from "../../../node/src/validator/canary/visit-source.ts";
import {
  chain,
  course,
  EPOCH,
  executors,
  goTo,
  never,
  now,
  openStore,
  reported,
  SLOW,
  type Store,
  start,
  useStage,
} from "./staged-audits.ts";
import { charging, honest, inflating, silent, WEIGHTS, ZERO } from "./staged-conducts.ts";

useStage();

describe("a validator's epoch", () => {
  it(
    "is drawn once it has heard of everybody, though it began before: nobody is passed over for its start",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      let looks = 0;
      // Not yet when it registers, nor when the epoch begins; in its middle.
      const auditor = start(db, asked, { conduct: () => honest, hasListened: () => looks > 2 });
      const epoch = await course(async () => {
        looks += 1;
        await auditor.look(never);
        if (looks <= 2) expect(asked).toEqual([]);
      });
      expect(await reported()).toEqual(executors.map((executor) => expect.objectContaining({ executor, epoch })));
    },
    SLOW,
  );

  it(
    "registers preimages, proves the seed, asks over the epoch, and reports when it is over",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const [cheat] = executors;
      const auditor = start(db, asked, { conduct: (executor) => (executor === cheat ? inflating : honest) });
      const counts: number[] = [];
      const epoch = await course(async () => {
        await auditor.look(never);
        counts.push(asked.length);
      });
      // A visit to each; not all at once.
      const [some, others] = executors.map(
        (one) => asked.filter((order) => order.executor === one && order.epoch === epoch).length,
      );
      for (const size of [some, others]) expect(VISIT_SIZES).toContain(size);
      expect(counts[1]).toBeLessThan(asked.length);
      expect(await reported()).toEqual([
        {
          executor: executors[0],
          epoch,
          outcome: 2,
          canaries: some,
          countFailures: some,
          traceFailures: 0,
          unanswered: 0,
        },
        // Without the weights nothing more can be said of the other.
        {
          executor: executors[1],
          epoch,
          outcome: 4,
          canaries: others,
          countFailures: 0,
          traceFailures: 0,
          unanswered: 0,
        },
      ]);
      // Nothing is due any more, and it audits the epoch that has begun.
      await auditor.look(never);
      expect(await reported()).toHaveLength(2);
    },
    SLOW,
  );

  it(
    "calls unanswered who is silent, and says nothing of whom it did not come to ask",
    async () => {
      const { db } = openStore();
      using _db = db;
      const asked: CanaryOrder[] = [];
      const auditor = start(db, asked, { conduct: () => silent });
      await auditor.look(never);
      const epoch = (await now()) / EPOCH + 2n;
      await goTo(epoch * EPOCH + 5n);
      await auditor.look(never);
      const early = asked.length;
      // It sleeps for the rest of the epoch.
      await goTo((epoch + 1n) * EPOCH + 30n);
      await auditor.look(never);
      const told = await reported();
      expect(told.every(({ outcome }) => outcome === 3)).toBe(true);
      expect(told.reduce((sum, { canaries }) => sum + canaries, 0)).toBe(early);
    },
    SLOW,
  );

  it(
    "reports once more what a reorganisation has taken back, and not twice",
    async () => {
      const { db } = openStore();
      using _db = db;
      const auditor = start(db, [], { conduct: () => honest });
      await auditor.look(never);
      const epoch = (await now()) / EPOCH + 2n;
      for (const seconds of [5n, EPOCH / 2n, EPOCH - 200n]) {
        await goTo(epoch * EPOCH + seconds);
        await auditor.look(never);
      }
      await goTo((epoch + 1n) * EPOCH + 30n);
      const unreported = await chain.request("evm_snapshot");
      await auditor.look(never);
      const told = await reported();
      expect(told.map(({ executor }) => executor)).toEqual(executors);
      await chain.request("evm_revert", unreported);
      expect(await reported()).toEqual([]);
      for (let looks = 0; looks < 3; looks++) await auditor.look(never);
      expect(await reported()).toEqual(told);
    },
    SLOW,
  );
});

describe("counts by the weights", () => {
  it(
    "are held against what was charged: whoever charged more is reported and accused, with nothing else known of it",
    async () => {
      const { db } = openStore();
      using _db = db;
      const overcharges: Grounds[] = [];
      const [cheat] = executors;
      const auditor = start(db, [], {
        conduct: (executor) => charging(executor === cheat ? 8n : 2n),
        overcharges,
        counting: {
          ...{ weightsHash: WEIGHTS, path: "", vocabulary: WEIGHTS },
          count: async () => ({ inboundTokens: 10, outboundTokens: 2, version: "" }),
        },
      });
      const epoch = await course(() => auditor.look(never));
      const [bad, good] = await reported();
      expect(bad).toMatchObject({ executor: cheat, epoch, outcome: 2 });
      expect(bad?.countFailures).toBe(bad?.canaries);
      expect(good).toMatchObject({ outcome: 4, countFailures: 0 });
      expect(new Set(overcharges.map(({ executor }) => executor))).toEqual(new Set([cheat]));
      expect(overcharges.at(-1)?.canaries[0]?.finding?.claim).toEqual({ inboundTokens: 10, outboundTokens: 2 });
    },
    SLOW,
  );
});

describe("a case", () => {
  it(
    "is made of canaries that prove a million to one, and never before",
    async () => {
      const { db } = openStore();
      using _db = db;
      const store: Store = openAuditLog(db);
      const cases: Case[] = [];
      const [executor = ZERO] = executors;
      const auditor = start(db, [], { conduct: () => honest, cases });
      // Found before this process: three canaries that no honest executor shows.
      const question = { canary: { messages: [], sampling: {} as never, maxOutboundTokens: 1, whole: true } };
      const planned = Array.from({ length: 4 }, () => ({
        executor,
        model: "tiny",
        weightsHash: WEIGHTS,
        askAt: 0n,
        question,
      }));
      const before = (await now()) / EPOCH - 1n;
      store.beginEpoch(before, ZERO, planned);
      for (const { id } of store.ofEpoch(before)) {
        store.markAsked(id);
        const reply = honest({ id } as CanaryOrder) as Extract<EndedCanary, { type: "answered" }>;
        store.saveAnswer(id, { ...reply, answer: { ...reply.answer, text: `Answer ${id}.` } }, reply.responseHash);
        store.saveFinding(id, { factor: 1000, proof: "distance" });
      }
      await course(() => auditor.look(never));
      expect(cases.length).toBeGreaterThan(0);
      for (const { standing, canaries } of cases) {
        expect(standing.nats).toBeGreaterThanOrEqual(DISPUTE_NATS);
        expect(canaries).toHaveLength(4);
      }
    },
    SLOW,
  );
});
