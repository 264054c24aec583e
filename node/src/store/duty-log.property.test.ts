import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { seeded } from "../../../protocol/test/seeded.ts";
import { databaseOfEachTest } from "../../../test/support/database-of-each-test.ts";
import { createExchange } from "../../../test/support/exchange.ts";
import { type Duty, type DutyLog, openDutyLog } from "./duty-log.ts";

const SEEDS = [1, 2, 3];
const STEPS = 300;
const KINDS = ["answer", "dispute", "report"] as const;
const exchange = createExchange();
const asked = exchange.ask(EMPTY_LANE);
const { response, executorSignature } = exchange.answer(EMPTY_LANE, asked);
const hash = (index: number): Hex => `0x${index.toString(16).padStart(64, "0")}`;

let log: DutyLog;

const { reopen } = databaseOfEachTest((opened) => {
  log = openDutyLog(opened);
});

test.each(SEEDS)("is what it was told, over any history of notes, changes, ends and restarts, seed %i", (seed) => {
  const draw = seeded(seed).below;
  const model = new Map<string, { duty: Duty; isClosed: boolean }>();
  const amount = () => BigInt(draw(2 ** 31)) ** 3n;
  for (let step = 0; step < STEPS; step++) {
    const [kind, id] = [KINDS[draw(3)] ?? "answer", hash(draw(8))];
    const key = `${kind} ${id}`;
    const known = model.get(key);
    const dueAt = BigInt(draw(1_000));
    switch (draw(6)) {
      case 0:
      case 1: {
        const duty: Duty = {
          ...{ kind, id, requestHash: hash(step), peer: exchange.client.address, state: "open", dueAt },
          ...{ amount: amount(), matured: amount(), penalty: amount(), bond: amount(), notedAt: BigInt(step) },
          settled: draw(2) === 0 ? undefined : { response, executorSignature },
          ...{ salt: undefined, endedAt: undefined },
        };
        expect(log.noteDuty(duty)).toBe(known === undefined);
        if (known === undefined) model.set(key, { duty, isClosed: false });
        break;
      }
      case 2: {
        const change = { state: `s${draw(9)}`, dueAt, bond: amount(), salt: hash(step) };
        log.changeDuty({ kind, id }, change);
        if (known) known.duty = { ...known.duty, ...change };
        break;
      }
      case 3: {
        const endedAt = draw(2) === 0 ? null : BigInt(step);
        log.changeDuty({ kind, id }, { endedAt });
        if (known) known.duty = { ...known.duty, endedAt: endedAt ?? undefined };
        break;
      }
      case 4:
        if (draw(4) === 0) log.closeDuty({ kind, id });
        else break;
        if (known) known.isClosed = true;
        break;
      default:
        reopen();
    }
    expect(log.findDuty(kind, id)).toEqual(model.get(key)?.duty);
    const open = [...model.values()].filter(({ duty, isClosed }) => duty.kind === kind && !isClosed);
    const byTime = open.map(({ duty }) => duty.dueAt).toSorted((a, b) => Number(a - b));
    expect(log.openDuties(kind).map((duty) => duty.dueAt)).toEqual(byTime);
    expect(log.newestDuties(100)).toHaveLength(model.size);
  }
});

test("keeps the first vote of a case, whatever is saved later, over a restart and changes of the seat", () => {
  const id = hash(1);
  const seat: Duty = {
    ...{ kind: "judge", id, requestHash: hash(2), peer: exchange.client.address, state: "open", dueAt: 9n },
    ...{ amount: 0n, matured: 0n, penalty: 25n, bond: 0n, notedAt: 1n },
  };
  expect(() => log.saveVote(id, { choice: "Match", salt: hash(3) })).toThrow(
    expect.objectContaining({ code: "INTERNAL" }),
  );
  log.noteDuty(seat);
  const vote = { choice: "Mismatch", salt: hash(4) } as const;
  expect(log.saveVote(id, vote)).toEqual(vote);
  reopen();
  log.changeDuty(seat, { state: "commit", dueAt: 12n });
  expect(log.saveVote(id, { choice: "Match", salt: hash(5) })).toEqual(vote);
  expect(log.findDuty("judge", id)).toMatchObject({ ...vote, state: "commit", dueAt: 12n });
});

test("remembers up to which block it has seen, over a restart", () => {
  expect(log.watchedBlock()).toBeUndefined();
  log.noteWatched(7);
  log.noteWatched(9);
  reopen();
  expect(log.watchedBlock()).toBe(9);
});
