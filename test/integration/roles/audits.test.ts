import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { DISPUTE_NATS } from "@lloom/protocol/verification/sequential-test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { faucet, registerAndStake } from "../../../node/src/chain/actions.ts";
import { type Audits, openAudits } from "../../../node/src/chain/audits.ts";
import { type Chain, openChain } from "../../../node/src/chain/chain.ts";
import { audits as contract } from "../../../node/src/chain/contracts.ts";
import { readPastLogs } from "../../../node/src/chain/past-logs.ts";
import { memoryJournal } from "../../../node/src/chain/send-journal.ts";
import { createLog } from "../../../node/src/log.ts";
import { type AuditLog, openAuditLog } from "../../../node/src/store/audit-log.ts";
import { type Database, openDatabase } from "../../../node/src/store/database.ts";
import { createTextCipher } from "../../../node/src/store/text-cipher.ts";
import { Auditor, type Case } from "../../../node/src/validator/audit/auditor.ts";
import type {
  AuditQuestion,
  CanaryFinding,
  CanaryOrder,
  CanaryReply,
  EndedCanary,
} from "../../../node/src/validator/audit/canary-answer.ts";
import { Preimages } from "../../../node/src/validator/audit/preimages.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { deployAudits, deployLloom, startChain, type TestChain, type TestDeployment } from "../../support/chain.ts";

type Store = AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
const SLOW = 600_000;
const EPOCH = 3600n;
const DOLLAR = 1_000_000n;
const WEIGHTS: Hex = `0x${"ab".repeat(32)}`;
const ZERO: Hex = `0x${"00".repeat(32)}`;
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;

let chain: TestChain;
let deployment: TestDeployment;
let audits: Audits;
let directory: string;
let validator: Identity;
let executors: Address[];
const stack = new AsyncDisposableStack();
const journal = memoryJournal();

const connected = async (identity: Identity): Promise<Chain> => {
  const { accounting } = deployment;
  return stack.use(
    await openChain({ rpcUrl: chain.rpcUrl, accounting, identity, signal: never, log, journal: () => journal }),
  );
};
const register = async (identity: Identity, role: "executor" | "validator"): Promise<Chain> => {
  const own = await openChain({
    rpcUrl: chain.rpcUrl,
    accounting: deployment.accounting,
    identity,
    signal: never,
    log,
  });
  stack.use(own);
  await faucet(own);
  const amount = role === "executor" ? 100n * DOLLAR : 500n * DOLLAR;
  await registerAndStake(own, { role, peerId: peerIdBytes(identity.secret), metadataURI: "", amount });
  return own;
};

beforeAll(async () => {
  chain = await startChain();
  deployment = await deployLloom(chain.rpcUrl);
  const address = await deployAudits(chain.rpcUrl, deployment, { epochSeconds: EPOCH, odds: 1n });
  const [, first, second, third] = chain.accounts;
  if (first === undefined || second === undefined || third === undefined) return;
  validator = first;
  await register(first, "validator");
  for (const identity of [second, third]) await register(identity, "executor");
  executors = [second.address, third.address].sort();
  audits = await openAudits(await connected(first), address);
  directory = mkdtempSync(join(tmpdir(), "lloom-audits-"));
}, SLOW);
afterAll(async () => {
  await stack.disposeAsync();
  await chain[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** What an executor does when it is asked. */
type Conduct = (order: CanaryOrder) => CanaryReply;
const honest: Conduct = ({ id }) => ({
  type: "answered",
  responseHash: `0x${id.toString(16).padStart(64, "0")}`,
  answer: { text: "Yes.", traceRoot: ZERO, outboundTokens: 2n, asOfSeconds: 0 },
});
const inflating: Conduct = () => ({
  type: "wrong",
  what: "counts",
  problem: "The response counts 9 answer tokens; the model's tokenizer counts 2.",
});
const silent: Conduct = () => ({ type: "unanswered", problem: "No answer came." });

interface Staged {
  readonly conduct: (executor: Address) => Conduct;
  /** Called before and after each step that lasts; throws where the process ends. */
  readonly step?: (name: string) => void;
  readonly cases?: Case[];
}

/** A validator's process: it has its log, and nothing else of the one before. */
function start(db: Database, asked: CanaryOrder[], { conduct, step = () => undefined, cases = [] }: Staged): Auditor {
  const preimages = new Preimages({
    audits: tapped(step),
    validator: validator.address,
    key: validator.secret,
    length: 6,
  });
  return new Auditor({
    ...{ audits: tapped(step), validator: validator.address, preimages, random: seededRandom(5), log },
    store: tappedStore(openAuditLog(db), step),
    offers: () => executors.map((executor) => ({ executor, model: "tiny", weightsHash: WEIGHTS })),
    weightsOf: () => undefined,
    trustOf: () => 0.5,
    onCase: (found) => cases.push(found),
    buyer: {
      ask: async (order) => {
        asked.push(order);
        step("ask");
        return conduct(order.executor)(order);
      },
    },
  });
}

/** The chain, with a step before and after each transaction. */
function tapped(step: (name: string) => void): Audits {
  const { sender } = audits.chain;
  const send: NonNullable<typeof sender>["send"] = async (call, options) => {
    step(`before: ${call.what}`);
    const mined = await sender?.send(call, options);
    step(`after: ${call.what}`);
    return mined as NonNullable<typeof mined>;
  };
  return { ...audits, chain: Object.assign(Object.create(audits.chain), { sender: { send } }) };
}

const LASTING = ["beginEpoch", "markAsked", "saveAnswer", "markUnanswered", "saveFinding", "markReported"] as const;
function tappedStore(store: Store, step: (name: string) => void): Store {
  const steps = LASTING.map((name) => {
    const work = store[name] as (...values: unknown[]) => void;
    const stepped = (...values: unknown[]): void => {
      step(`before: ${name}`);
      work(...values);
      step(`after: ${name}`);
    };
    return [name, stepped] as const;
  });
  return { ...store, ...Object.fromEntries(steps) };
}

let databases = 0;
const openStore = (path?: string): { db: Database; path: string } => {
  databases += 1;
  const place = path ?? join(directory, `${databases}.sqlite`);
  return { path: place, db: openDatabase(place, { cipher: createTextCipher(validator.secret) }) };
};

const now = (): Promise<bigint> => audits.chain.nowSeconds();
/** Lets the chain's clock go on to this second, in a block of its own. */
async function goTo(seconds: bigint): Promise<void> {
  if (seconds <= (await now())) return;
  await chain.request("evm_setNextBlockTimestamp", Number(seconds));
  await chain.request("evm_mine");
}

interface Told {
  readonly executor: Address;
  readonly epoch: bigint;
  readonly outcome: number;
  readonly canaries: number;
  readonly countFailures: number;
}
async function reported(): Promise<Told[]> {
  const logs = await readPastLogs(audits.chain, {
    address: audits.address,
    topics: [contract.topicOf("ExecutorAudited")],
  });
  return logs.map((one) => {
    const { executor, epoch, outcome, canaries, countFailures } = contract.parsed.parseLog(one)?.args.toObject() ?? {};
    return {
      executor: executor.toLowerCase(),
      epoch,
      outcome: Number(outcome),
      canaries: Number(canaries),
      countFailures: Number(countFailures),
    };
  });
}

let snapshot: unknown;
beforeEach(async () => {
  if (snapshot !== undefined) await chain.request("evm_revert", snapshot);
  snapshot = await chain.request("evm_snapshot");
});

/** From the registration of a chain of preimages over one audited epoch to its report; `look` is asked at each moment. */
async function course(look: () => Promise<void>): Promise<bigint> {
  await look();
  const epoch = (await now()) / EPOCH + 2n;
  await goTo(epoch * EPOCH + 5n);
  await look();
  await goTo(epoch * EPOCH + EPOCH / 2n);
  await look();
  await goTo((epoch + 1n) * EPOCH - 200n);
  await look();
  await goTo((epoch + 1n) * EPOCH + 30n);
  await look();
  return epoch;
}

describe("a validator's epoch", () => {
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
      // Three for each at a trust of a half; not all at once.
      expect(asked).toHaveLength(6);
      expect(counts[1]).toBeLessThan(6);
      expect(await reported()).toEqual([
        { executor: executors[0], epoch, outcome: 2, canaries: 3, countFailures: 3 },
        // Without the weights nothing more can be said of the other.
        { executor: executors[1], epoch, outcome: 4, canaries: 3, countFailures: 0 },
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
    "survives its end at every step: nobody is asked twice by one canary, and everybody is reported once",
    async () => {
      /** One course in which the process ends at a step, or none; tells the steps. */
      const live = async (fatal?: number): Promise<string[]> => {
        await chain.request("evm_revert", snapshot);
        snapshot = await chain.request("evm_snapshot");
        const asked: CanaryOrder[] = [];
        const steps: string[] = [];
        const step = (name: string): void => {
          if (steps.push(name) - 1 === fatal) throw new Error("The process ended.");
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
        store.saveAnswer(id, { type: "wrong", what: "structure", problem: "" }, ZERO);
        store.saveFinding(id, { factor: 1000 });
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
