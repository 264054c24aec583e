import type { Hex } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import { expect, test } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { type Asked, createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { openApiKeys } from "./api-keys.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";
import { type KeySpending, openKeySpending } from "./key-spending.ts";
import { SETTLE_WINDOW_SECONDS } from "./outstanding.ts";
import { chargeOf } from "./request-charge.ts";
import type { ReservedLane } from "./request-steps.ts";

const SEEDS = [1, 2];
const STEPS = 150;
const DEADLINE = 10_000n;
const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange({ deadline: DEADLINE });
const executor = exchange.executor.address;

let db: Database;
let log: ClientLog;
let spending: KeySpending;
let nowSeconds: number;

const { reopen } = databaseOfEachTest((opened) => {
  db = opened;
  log = openClientLog(opened);
  spending = openKeySpending(opened);
});
const charge = (requestHash: Hex) => chargeOf(db, requestHash, nowSeconds);

/** A request that was let in: its most until it is resolved, then what it did cost. */
interface Call {
  readonly asked: Asked;
  readonly reserved: ReservedLane;
  readonly most: bigint;
  state: "sent" | "answered" | "over";
  cost: bigint;
  isResolved: boolean;
}

test.each(SEEDS)(
  "never spends more than the budget, and counts every request once, over any interleaving of calls, ends and kills, seed %i",
  (seed) => {
    const draw = seeded(seed).below;
    nowSeconds = 1_000;
    const terms = { name: "team", budget: undefined, models: undefined, perMinute: undefined, expiresAtMs: undefined };
    const keyId = openApiKeys(db).add(terms, "secret", 0).id;
    const budget = 40n * worstCost(exchange.ask({ ...log.reserveLane(executor).state }, {}).request);
    const calls: Call[] = [];
    const sent = (): Call | undefined => {
      const open = calls.filter(({ state }) => state === "sent");
      return open[draw(Math.max(1, open.length))];
    };
    const resolve = (some: readonly Call[]): void => {
      spending.resolve(
        some.map(({ asked }) => asked.requestHash),
        charge,
      );
      for (const call of some) call.isResolved ||= charge(call.asked.requestHash) !== undefined;
    };
    for (let step = 0; step < STEPS; step++) {
      const kind = draw(10);
      const call = sent();
      if (kind < 5) {
        const reserved = log.reserveLane(executor);
        const maxOutboundTokens = BigInt(1 + draw(1_000));
        const asked = exchange.ask(reserved.state, { lane: reserved.lane, maxOutboundTokens });
        const { requestHash, request, clientSignature: signature } = asked;
        const most = worstCost(request);
        const hold = { keyId, requestHash, model: "m", amount: most, periodAtMs: 0, atMs: step };
        if (spending.hold(hold, budget)) {
          log.saveRequest({ requestHash, request, signature, promptSalt: SALT, sentAtMs: step });
          calls.push({ asked, reserved, most, state: "sent", cost: 0n, isResolved: false });
        } else log.releaseLane(executor, reserved.lane);
      } else if (kind < 7 && call !== undefined) {
        const { asked, reserved } = call;
        const outbound = BigInt(draw(Number(asked.request.maxOutboundTokens) + 1));
        const { response, responseHash, executorSignature } = exchange.answer(reserved.state, asked, { outbound });
        const { requestHash, request, clientSignature } = asked;
        const receipt = { request, response, clientSignature, executorSignature };
        log.saveReceipt({ requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs: step });
        Object.assign(call, { state: "answered", cost: response.cumulativeCost - request.ackedCost });
        if (draw(2) === 0) resolve([call]);
      } else if (kind === 7 && call !== undefined) {
        log.saveRefusal(call.asked.requestHash, "QUEUE_FULL");
        call.state = "over";
        if (draw(2) === 0) resolve([call]);
      } else if (kind === 8 && call !== undefined) {
        // Nobody knows what the executor signed: here it settles something, elsewhere nothing ever comes.
        const { asked, reserved, most } = call;
        const { lane, nonce, ackedCost } = asked.request;
        log.retireLane(executor, lane, "silence");
        call.cost = (most * BigInt(draw(101))) / 100n;
        call.state = "over";
        if (draw(2) === 0) log.markSettled({ executor, lane: reserved.lane, nonce, cost: ackedCost + call.cost });
        else call.cost = 0n;
      } else if (kind === 9 && draw(4) === 0) {
        reopen();
        resolve(calls);
      }
      const { spent, held } = spending.spending(keyId, 0);
      expect(spent + held).toBeLessThanOrEqual(budget);
      const known = calls.reduce((sum, { isResolved, cost, most }) => sum + (isResolved ? cost : most), 0n);
      expect(spent + held).toBe(known);
    }
    expect(calls.length).toBeGreaterThan(20);
    nowSeconds = Number(DEADLINE) + SETTLE_WINDOW_SECONDS + 1;
    reopen();
    resolve(calls);
    const total = calls.reduce((sum, { cost }) => sum + cost, 0n);
    expect(spending.spending(keyId, 0)).toEqual({ spent: total, held: 0n });
    const used = spending.usage(0, keyId);
    expect(used.reduce((sum, { cost }) => sum + cost, 0n)).toBe(total);
    const answered = calls.filter(({ state }) => state === "answered");
    expect(used.reduce((sum, { requests }) => sum + requests, 0)).toBe(answered.length);
  },
);
