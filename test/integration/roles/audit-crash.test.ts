import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CanaryOrder, TracesOrder } from "../../../node/src/validator/audit/canary-answer.ts";
import {
  chain,
  closeStage,
  course,
  executors,
  never,
  openStage,
  openStore,
  reported,
  SLOW,
  start,
} from "./staged-audits.ts";
import { away, type Conduct, inflating, showing, traced } from "./staged-conducts.ts";

beforeAll(openStage, SLOW);
afterAll(closeStage);

describe("a validator that is killed", () => {
  let snapshot: unknown;
  it.each<[string, Conduct, number]>([
    ["that are wrong", inflating, 19],
    ["whose traces are fetched", traced, 24],
  ])(
    "survives its end at every step of answers %s: nobody is asked twice by one canary, and everybody is reported once",
    async (_, conduct, everyStep) => {
      /** One course in which the process ends at a step, or none; tells the steps. */
      const live = async (fatal?: number): Promise<string[]> => {
        if (snapshot !== undefined) await chain.request("evm_revert", snapshot);
        snapshot = await chain.request("evm_snapshot");
        const asked: CanaryOrder[] = [];
        const steps: string[] = [];
        let isDead = false;
        // What runs beside the step that ends it does nothing more, either.
        const step = (name: string): void => {
          isDead ||= steps.push(name) - 1 === fatal;
          if (isDead) throw new Error("The process ended.");
        };
        const opened = openStore();
        let { db } = opened;
        // The first is away at first.
        let tries = 0;
        const show = () => (order: TracesOrder) => (tries++ === 0 ? away(order) : showing()(order));
        let auditor = start(db, asked, { conduct: () => conduct, show, step });
        const epoch = await course(async () => {
          await auditor.look(never).catch(async (thrown: unknown) => {
            if (!String(thrown).includes("The process ended.")) throw thrown;
            db[Symbol.dispose]();
            ({ db } = openStore(opened.path));
            auditor = start(db, asked, { conduct: () => conduct, show });
            await auditor.look(never);
          });
        });
        const told = await reported();
        db[Symbol.dispose]();
        const where = `after ${fatal === undefined ? "nothing" : steps[fatal]}`;
        expect(new Set(asked.map(({ id }) => id)).size, where).toBe(asked.length);
        expect(
          told.map(({ executor }) => executor),
          where,
        ).toEqual(executors);
        for (const { canaries, countFailures, traceFailures, epoch: of } of told) {
          expect(of, where).toBe(epoch);
          // One that was being asked is lost.
          expect(canaries, where).toBeGreaterThanOrEqual(2);
          expect(countFailures, where).toBe(conduct === inflating ? canaries : 0);
          expect(traceFailures, where).toBe(0);
        }
        return steps;
      };
      const steps = await live();
      // The first time that each step comes.
      const fatal = [...steps.keys()].filter((at) => steps.indexOf(steps[at] ?? "") === at);
      let deaths = 0;
      for (const at of fatal) {
        await live(at);
        deaths += 1;
      }
      expect(deaths).toBe(everyStep);
    },
    SLOW,
  );
});
