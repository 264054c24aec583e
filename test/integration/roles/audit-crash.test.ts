import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CanaryOrder } from "../../../node/src/validator/audit/canary-answer.ts";
import {
  chain,
  closeStage,
  course,
  executors,
  inflating,
  never,
  openStage,
  openStore,
  reported,
  SLOW,
  start,
} from "./staged-audits.ts";

beforeAll(openStage, SLOW);
afterAll(closeStage);

describe("a validator that is killed", () => {
  it(
    "survives its end at every step: nobody is asked twice by one canary, and everybody is reported once",
    async () => {
      let snapshot: unknown;
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
        let auditor = start(db, asked, { conduct: () => inflating, step });
        const epoch = await course(async () => {
          await auditor.look(never).catch(async (thrown: unknown) => {
            if (!String(thrown).includes("The process ended.")) throw thrown;
            db[Symbol.dispose]();
            ({ db } = openStore(opened.path));
            auditor = start(db, asked, { conduct: () => inflating });
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
        for (const { canaries, countFailures, epoch: of } of told) {
          expect(of, where).toBe(epoch);
          // One that was being asked is lost.
          expect(canaries, where).toBeGreaterThanOrEqual(2);
          expect(countFailures, where).toBe(canaries);
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
      expect(deaths).toBe(19);
    },
    SLOW,
  );
});
