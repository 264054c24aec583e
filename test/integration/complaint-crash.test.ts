/** What a validator complains of, through its end at every step and an RPC server that is away: one dispute, never two, never none. */
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Chain } from "../../node/src/chain/chain.ts";
import { measured } from "../../node/src/chain/contracts.ts";
import { readPastLogs } from "../../node/src/chain/watch/past-logs.ts";
import type { Database } from "../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { openAuditLog } from "../../node/src/store/validator/audit-log.ts";
import { type ComplaintLog, openComplaintLog } from "../../node/src/store/validator/complaint-log.ts";
import type { AuditQuestion, CanaryFinding, EndedCanary } from "../../node/src/validator/audit/canary-answer.ts";
import { Complaints } from "../../node/src/validator/audit/complaints.ts";
import { Court, type Sale, type Somebody } from "../support/court.ts";
import { never, silentLog } from "../support/hosts.ts";
import { openGate, type RpcGate } from "../support/rpc-gate.ts";

const WEIGHTS: Hex = `0x${"ab".repeat(32)}`;
const PLENTY = 1_000_000_000n;
/** At a stake of 10 000: a fifth of it, a 250th of that for a juror, and sixteen of those. */
const BOND = 128_000_000n;
/** Requests that are lost in a row: as many as one call is tried, and some. */
const OUTAGE = 12;
const stack = new AsyncDisposableStack();
let court: Court;
let gate: RpcGate;
let validator: Somebody;
let sales: Sale[];
let snapshot: Awaited<ReturnType<Court["market"]["networkHelpers"]["takeSnapshot"]>>;

beforeAll(async () => {
  court = stack.use(await Court.open({ jurors: 6, executors: ["accused"] }));
  gate = stack.use(await openGate(court.url));
  validator = await court.as("juror 0", gate.rpcUrl);
  await court.market.fund("juror 0", PLENTY);
  const executor = await court.as("accused");
  const log = openExecutorLog(court.database(executor));
  sales = [];
  for (let number = 0; number < 5; number++)
    sales.push(await court.sell(executor, log, `canary key ${number}`, { text: "A cat.", settles: number > 1 }));
  snapshot = await court.market.networkHelpers.takeSnapshot();
});
beforeEach(async () => {
  await snapshot.restore();
  gate.decide = () => "pass";
});
afterAll(() => stack.disposeAsync());

/** A log in which these answers were found to be of other weights. */
function found(shown: readonly Sale[]): Database {
  const db = court.database(validator);
  const audits = openAuditLog<AuditQuestion, EndedCanary, CanaryFinding>(db);
  const messages = [{ role: "user" as const, content: "What is a cat?" }];
  const question = { canary: { messages } } as unknown as AuditQuestion;
  const executor = sales[0]?.executor.identity.address as Hex;
  const canary = { executor, model: "tiny", weightsHash: WEIGHTS, askAt: 0n, question };
  audits.beginEpoch(
    1n,
    WEIGHTS,
    shown.map(() => canary),
  );
  for (const [index, { id }] of audits.ofEpoch(1n).entries()) {
    const { receipt, requestHash, responseHash } = shown[index] as Sale;
    audits.markAsked(id);
    audits.saveAnswer(
      id,
      {
        ...{ type: "answered", responseHash, signed: { receipt, requestHash } },
        answer: { text: `A cat ${index}.` },
      } as EndedCanary,
      responseHash,
    );
    audits.saveFinding(id, { factor: 1000, failure: "trace", proof: "distance" });
  }
  return db;
}

interface Life {
  readonly db: Database;
  readonly mostBonds?: bigint;
  /** Called before and after each step that lasts. */
  readonly step?: (name: string) => void;
}

/** One process of the validator: it plans what its log proves, and moves its complaints on. */
async function look({ db, mostBonds = PLENTY, step = () => undefined }: Life): Promise<ComplaintLog> {
  const store = tapped(openComplaintLog(db), step);
  const audits = openAuditLog<AuditQuestion, EndedCanary, CanaryFinding>(db);
  const complaints = new Complaints({
    ...{ chain: steppingChain(step), court: court.addresses, validator: validator.identity.address, store, audits },
    ...{ mostBonds, onNews: () => undefined, log: silentLog },
    consentOf: ({ client }, requestHash) => {
      const { domainSeparator } = createCommitmentHasher(validator.chain.domain);
      const key = sales.find((sale) => sale.client.identity.address === client)?.client.identity;
      return key?.sign(hashDisputeConsent(domainSeparator, { challenger: validator.identity.address, requestHash }));
    },
  });
  const [audited] = audits.audited();
  if (audited !== undefined) {
    const canaries = audits.judgedOf(audited.executor, WEIGHTS, 256).toReversed();
    complaints.plan({ ...audited, canaries }, 1n);
  }
  await complaints.look(never);
  return store;
}

function steppingChain(step: (name: string) => void): Chain {
  const { sender } = validator.chain;
  const send: NonNullable<typeof sender>["send"] = async (call, options) => {
    step(`before: ${call.what}`);
    const mined = await sender?.send(call, options);
    step(`after: ${call.what}`);
    return mined as NonNullable<typeof mined>;
  };
  const { account } = sender ?? {};
  return Object.assign(Object.create(validator.chain), { sender: { send, account } });
}

function tapped(store: ComplaintLog, step: (name: string) => void): ComplaintLog {
  return {
    ...store,
    planComplaint: (...values) => {
      step("before: planComplaint");
      const id = store.planComplaint(...values);
      step("after: planComplaint");
      return id;
    },
    changeComplaint: (...values) => {
      step("before: changeComplaint");
      store.changeComplaint(...values);
      step("after: changeComplaint");
    },
  };
}

const opened = async (): Promise<number> =>
  (
    await readPastLogs(court.chain, {
      address: court.addresses.disputes,
      topics: [measured.topicOf("MeasuredOpened")],
    })
  ).length;
const wallet = async (): Promise<bigint> => (await court.wealth(validator)).wallet;
const wordOf = (store: ComplaintLog) => store.newestComplaints(5).map(({ state, word }) => `${state}: ${word}`);

describe("a complaint", () => {
  it("is opened once, with what the executor has not settled settled first, whichever step the process ends at", async () => {
    const live = async (fatal?: number): Promise<string[]> => {
      await snapshot.restore();
      const db = found(sales);
      const before = await wallet();
      const steps: string[] = [];
      const step = (name: string): void => {
        if (steps.push(name) - 1 === fatal) throw new Error("The process ended.");
      };
      await look({ db, step }).catch((thrown: unknown) => {
        if (!String(thrown).includes("The process ended.")) throw thrown;
      });
      await look({ db });
      const store = await look({ db });
      const where = `after ${fatal === undefined ? "nothing" : steps[fatal]}`;
      expect(await opened(), where).toBe(1);
      expect(before - (await wallet()), where).toBe(BOND);
      expect(wordOf(store), where).toEqual(["opened: answer"]);
      return steps;
    };
    const steps = await live();
    expect(steps.map((name) => name.replace("after: ", "").replace("before: ", ""))).toContain("settle 2 lanes");
    for (const at of steps.keys()) await live(at);
    expect(steps.length).toBeGreaterThanOrEqual(10);
  });

  it("waits while the RPC server is away at any of its calls, and is opened once", async () => {
    const db = found(sales);
    const calls: string[] = [];
    gate.observe = (method) => void calls.push(method);
    for (let passing = 0; (await opened()) === 0; passing += 5) {
      const first = calls.length + passing;
      gate.decide = () => (calls.length > first && calls.length <= first + OUTAGE ? "refuse" : "pass");
      await look({ db }).catch(() => undefined);
    }
    gate.decide = () => "pass";
    const store = await look({ db });
    expect([await opened(), wordOf(store)]).toEqual([1, ["opened: answer"]]);
  });

  it("is not paid beyond the bound, says so, and goes on once the bound allows it", async () => {
    const db = found(sales);
    const before = await wallet();
    const store = await look({ db, mostBonds: BOND - 1n });
    expect([await opened(), await wallet(), wordOf(store)]).toEqual([0, before, ["planned: beyond the bound"]]);
    expect(wordOf(await look({ db, mostBonds: BOND }))).toEqual(["opened: answer"]);
  });

  it("is opened again where a reorganisation took its dispute back", async () => {
    const db = found(sales);
    await look({ db });
    await snapshot.restore();
    expect(wordOf(await look({ db }))).toEqual(["planned: planned"]);
    const store = await look({ db });
    expect([await opened(), wordOf(store)]).toEqual([1, ["opened: answer"]]);
  });

  it("is dropped where too few answers are left that nobody else has disputed", async () => {
    const db = found(sales);
    for (const sale of sales.slice(2)) await court.complain(sale);
    const store = await look({ db });
    expect([await opened(), wordOf(store)]).toEqual([3, ["dropped: too little is left to show"]]);
  });

  it("is the only one about an executor at a time, and no other shows its canaries", async () => {
    const db = found(sales);
    await look({ db });
    const store = await look({ db });
    expect(store.newestComplaints(5)).toHaveLength(1);
    expect(openAuditLog(db).audited()).toEqual([]);
    expect(openAuditLog(db).shownBy(1)).toHaveLength(sales.length);
  });
});
