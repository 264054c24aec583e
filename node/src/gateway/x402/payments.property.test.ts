import type { FastifyReply, FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { DEPLOYMENT, END } from "../../../../test/support/staged-client.ts";
import {
  newPayer,
  type StagedLedger,
  signPayment,
  stageLedger,
  TERMS,
} from "../../../../test/support/staged-payments.ts";
import type { AskEvent } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { openCallerPayments } from "../../store/client/caller-payments.ts";
import { openKeyedCalls } from "../../store/client/keyed-calls.ts";
import type { Database } from "../../store/database/database.ts";
import type { Asked } from "../asked.ts";
import { KeyedAnswers } from "../keyed-answers.ts";
import type { BegunAnswer } from "../limited-ask.ts";
import { PaymentDoor } from "./payment-door.ts";
import { requirementsFor } from "./terms.ts";

const SEEDS = [1, 2, 3];
const STEPS = 120;
const log = createLog({ level: "silent", name: "test" });
const ASKED: Asked = {
  ...{ model: "m", messages: [{ role: "user", content: "Hello" }], sampling: { temperatureMilli: 0, topPMilli: 1000 } },
  ...{ choices: 1, maxOutboundTokens: 10, stream: false, demands: {} },
} as unknown as Asked;

let db: Database;
const { reopen } = databaseOfEachTest((opened) => {
  db = opened;
});

/** What of a call is known to the world outside of the gateway. */
interface Told {
  /** The question that the answer was made for. */
  readonly question: number;
  readonly name: string;
}

/** A gateway's process: it ends at any moment, and then nothing that it does counts any more. */
class Process {
  isAlive = true;
  readonly door: PaymentDoor;
  readonly keyed: KeyedAnswers;

  constructor(ledger: StagedLedger, draw: (below: number) => number) {
    const alive = <Value>(value: Value): Value => {
      if (!this.isAlive) throw new LloomError("STORE_FAILED", "The process has ended.");
      return value;
    };
    const guarded = <Store extends object>(store: Store): Store =>
      new Proxy(store, { get: (of, name) => alive(Reflect.get(of, name)) });
    const parts = ledger.parts(guarded(openCallerPayments(db)));
    const { facilitator, chain } = parts;
    const settle: typeof facilitator.settle = async (order, signal) => {
      const how = draw(6);
      if (how === 0) return alive({ taken: false, reason: "no gas" });
      if (how === 1) throw new Error("nothing was heard");
      const taken = await alive(facilitator).settle(order, signal);
      if (how === 2) throw new Error("taken, and nothing was heard");
      if (how === 3) return { taken: false, reason: "a liar's word" };
      return taken;
    };
    const fateOf: typeof chain.fateOf = async (...asked) => {
      if (draw(5) === 0) throw new Error("the chain is away");
      return alive(chain).fateOf(...asked);
    };
    this.door = new PaymentDoor({
      ...{ ...parts, facilitator: { ...facilitator, settle }, chain: { ...chain, fateOf } },
      ...{ token: DEPLOYMENT.token, log, model: async () => ({}) as never },
      questionOf: async () => ({ ...ASKED, maxOutboundTokens: 10 }) as never,
    });
    this.keyed = new KeyedAnswers({ calls: guarded(openKeyedCalls(db)), fateOf: () => undefined }, DEPLOYMENT);
  }
}

test.each(SEEDS)(
  "over any interleaving of calls, repeats, failures and ends of the process, no payment pays for two answers, none is told unpaid, no call is paid twice, seed %i",
  async (seed) => {
    const draw = seeded(seed).below;
    const ledger = stageLedger();
    ledger.verify = () => undefined;
    const payer = newPayer();
    ledger.balances.set(payer.address, 10n ** 12n);
    let process = new Process(ledger, draw);
    let questions = 0;
    const told = new Map<string, Set<number>>();
    const failures = new Set<string>();
    /** Payments that may have been taken with nothing told: their processes ended, or nobody could say what became of them. */
    const excused = new Set<string>();
    const tellings: Told[] = [];
    const accepted = requirementsFor(TERMS, 10_000n);
    const payments: { readonly header: string; readonly name: string }[] = [];
    const running: Promise<void>[] = [];

    async function* answer(question: number): AsyncGenerator<AskEvent> {
      for (let waits = draw(4); waits > 0; waits -= 1) await Promise.resolve();
      if (draw(4) === 0) throw new LloomError("NO_EXECUTOR", "Nobody is there.");
      yield { type: "text", text: String(question) };
      yield END;
    }
    const call = async (header: string, { name, key }: { name: string; key: string | undefined }): Promise<void> => {
      const { door, keyed } = process;
      const own = process;
      const headers = { "payment-signature": header };
      const request = { url: "/v1/x", body: {}, headers, protocol: "http", host: "h" } as unknown as FastifyRequest;
      const shown = { by: "" };
      const noteHeader = (_: string, by: string) => Object.assign(shown, { by });
      const reply = { header: noteHeader } as unknown as FastifyReply;
      try {
        const paid = await door.admit(request, ASKED);
        const begin = (): BegunAnswer => ({ id: "id", created: 0, events: answer(++questions) });
        const caller = paid.identity;
        const starting = {
          idempotencyKey: key,
          isKnown: () => key !== undefined && keyed.knows({ caller, key }),
          start: () => {
            if (key === undefined) return begin();
            const { events, ...rest } = keyed.answer({ key, caller, body: {} }, begin);
            return { ...rest, events: events() };
          },
        };
        const begun = await paid.answer(starting, reply);
        let text = "";
        for await (const event of begun.events) if (event.type === "text") text += event.text;
        if (!own.isAlive) return void excused.add(name);
        const { transaction } = JSON.parse(Buffer.from(shown.by, "base64").toString());
        const of = told.get(transaction) ?? new Set();
        told.set(transaction, of.add(Number(text)));
        tellings.push({ question: Number(text), name });
      } catch (thrown) {
        const { code, terms } = thrown as { code: string; terms?: { code?: string } };
        failures.add(terms?.code ?? code);
        // What was not settled for sure may have been: the caller is told so.
        if (!own.isAlive || terms?.code === "PAYMENT_UNSETTLED" || terms?.code === "PAYMENT_NOT_SETTLED")
          excused.add(name);
      }
    };
    for (let step = 0; step < STEPS; step += 1) {
      const kind = draw(10);
      const key = draw(2) === 0 ? undefined : `key ${draw(8)}`;
      const known = payments[draw(Math.max(1, payments.length))];
      if (kind < 5 || known === undefined) {
        const header = signPayment(payer, accepted);
        const name = `${payer.address} ${JSON.parse(Buffer.from(header, "base64").toString()).payload.authorization.nonce}`;
        payments.push({ header, name });
        running.push(call(header, { name, key }));
      } else if (kind < 8) running.push(call(known.header, { name: known.name, key }));
      else if (kind === 8) await Promise.allSettled(running.splice(0));
      else {
        process.isAlive = false;
        await Promise.allSettled(running.splice(0));
        reopen();
        process = new Process(ledger, draw);
        await process.door.recover();
      }
    }
    await Promise.allSettled(running);

    const taken = new Map([...ledger.made].map(([name, { transaction }]) => [transaction as string, name]));
    // Every answer that was told was paid for, by a transfer that paid for no other.
    for (const [transaction, answers] of told) {
      expect(taken.has(transaction)).toBe(true);
      expect(answers.size).toBe(1);
    }
    // No answer was paid by two transfers.
    const payersOf = Map.groupBy(
      [...told].flatMap(([by, of]) => [...of].map((question) => ({ by, question }))),
      (one) => one.question,
    );
    for (const by of payersOf.values()) expect(by.length).toBe(1);
    // Whoever paid heard an answer, unless it was told that this is not known, or the process ended.
    const heard = new Set([...told.keys()].map((transaction) => taken.get(transaction)));
    for (const name of taken.values()) expect(heard.has(name) || excused.has(name)).toBe(true);
    expect(tellings.length).toBeGreaterThan(5);
    expect(failures).toContain("PAYMENT_USED");
  },
);
