import type { Hex } from "@lloom/protocol/commitment-types";
import { advance, EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Answered, type Asked, createExchange } from "../../../../test/support/exchange.ts";
import { type ExecutorLog, openExecutorLog } from "./executor-log.ts";

const STEPS = 400;
const SEEDS = [1, 2, 3];
const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange();
const client = exchange.client.address;
/** Ends of the range, and lanes that a signed 64-bit integer or a double would confuse. */
const LANES = [0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];

/** What the log should know of a lane, kept by protocol's own rules. */
interface Model {
  state: LaneState;
  settledCost: bigint;
  open?: { readonly asked: Asked; answered?: Answered };
}

let log: ExecutorLog;

const { reopen } = databaseOfEachTest((opened) => {
  log = openExecutorLog(opened);
});

test.each(SEEDS)("stands where protocol's rules put it after any history, seed %i", { timeout: 120_000 }, (seed) => {
  reopen();
  const draw = seeded(seed).below;
  const models = new Map<bigint, Model>(LANES.map((lane) => [lane, { state: EMPTY_LANE, settledCost: 0n }]));
  for (let step = 0; step < STEPS; step++) {
    const lane = LANES[draw(LANES.length)] ?? 0n;
    const model = models.get(lane);
    if (model === undefined) continue;
    if (draw(40) === 0) restart(models);
    else if (model.open === undefined) begin({ lane, model, step, draw });
    else goOn({ model, step, draw });
    if (draw(5) === 0) settleSome({ lane, model, draw });
    expectAgreement(models, `seed ${seed}, step ${step}`);
  }
});

function begin({ lane, model, step, draw }: { lane: bigint; model: Model; step: number; draw: (n: number) => number }) {
  const price = BigInt(draw(2)) * 10n ** 24n + BigInt(draw(2_000_000));
  const terms = { lane, inboundPrice: price, promptHash: `0x${step.toString(16).padStart(64, "0")}` as Hex };
  const asked = exchange.ask(model.state, terms);
  log.accept({ ...asked, acceptedAtMs: step });
  model.open = { asked };
}

function goOn({ model, step, draw }: { model: Model; step: number; draw: (n: number) => number }): void {
  const { open } = model;
  if (open === undefined) return;
  const { requestHash } = open.asked;
  if (open.answered !== undefined) {
    log.saveSignature(requestHash, open.answered.executorSignature);
    model.state = advance(model.state, open.answered.response, open.answered.responseHash);
    delete model.open;
  } else if (draw(4) === 0) {
    log.fail(requestHash, "BACKEND_FAILED");
    delete model.open;
  } else {
    const tokens = { inbound: BigInt(draw(2000)), outbound: BigInt(draw(1000)), finishReason: BigInt(draw(4)) };
    open.answered = exchange.answer(model.state, open.asked, tokens);
    log.saveAnswer({
      requestHash,
      ...open.answered,
      contentSalt: SALT,
      delivered: new Uint8Array(),
      answeredAtMs: step,
    });
  }
}

function settleSome({ lane, model, draw }: { lane: bigint; model: Model; draw: (n: number) => number }): void {
  const cost = (model.state.cost * BigInt(draw(5))) / 4n;
  if (log.markSettled({ client, lane, nonce: model.state.nonce, cost }) && cost > model.settledCost) {
    model.settledCost = cost;
  }
}

/** A crash: running requests are gone, saved answers stay. */
function restart(models: Map<bigint, Model>): void {
  reopen();
  for (const model of models.values()) {
    if (model.open !== undefined && model.open.answered === undefined) delete model.open;
  }
}

function expectAgreement(models: Map<bigint, Model>, when: string): void {
  let outstanding = 0n;
  const owed = new Map<bigint, bigint>();
  for (const [lane, { state, settledCost, open }] of models) {
    expect(log.laneState(client, lane), when).toEqual(state);
    expect(log.busyLane(client, lane), when).toBe(open !== undefined);
    const worst =
      open === undefined ? state.cost : (open.answered?.response.cumulativeCost ?? open.asked.request.costCap);
    outstanding += worst > settledCost ? worst - settledCost : 0n;
    if (state.cost > settledCost) owed.set(lane, state.cost - settledCost);
  }
  expect(log.outstanding(client), when).toBe(outstanding);
  expect(new Map(log.unsettled().map(({ lane, amountOwed }) => [lane, amountOwed])), when).toEqual(owed);
  expect(log.unsettledLanes(), when).toBe(owed.size);
}
