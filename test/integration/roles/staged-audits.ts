/** Validators that audit on a real chain, and executors that are only staged. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { faucet, registerAndStake } from "../../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../../node/src/chain/chain.ts";
import { audits as contract } from "../../../node/src/chain/contracts.ts";
import { type Audits, openAudits } from "../../../node/src/chain/reputation/audits.ts";
import { memoryJournal } from "../../../node/src/chain/send/send-journal.ts";
import { readPastLogs } from "../../../node/src/chain/watch/past-logs.ts";
import { createLog } from "../../../node/src/log.ts";
import { type Database, openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { type AuditLog, openAuditLog } from "../../../node/src/store/validator/audit-log.ts";
import { Auditor, type Case, type Grounds } from "../../../node/src/validator/audit/auditor.ts";
import type {
  AuditQuestion,
  CanaryFinding,
  CanaryOrder,
  CanaryPrice,
  EndedCanary,
  TracesOrder,
} from "../../../node/src/validator/audit/canary-answer.ts";
import type { OwnCounting } from "../../../node/src/validator/audit/judge-charge.ts";
import { Preimages } from "../../../node/src/validator/audit/preimages.ts";
import { Visitor } from "../../../node/src/validator/audit/visitor.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { shippedVisits } from "../../../node/src/validator/canary/visit-source.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { deployAudits, deployLloom, startChain, type TestChain, type TestDeployment } from "../../support/chain.ts";
import { type Conduct, type Showing, showing, WEIGHTS } from "./staged-conducts.ts";

export type Store = AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
export const SLOW = 600_000;
export const EPOCH = 3600n;
const DOLLAR = 1_000_000n;
/** What canaries pay. */
export const MOST: CanaryPrice = { inbound: 10n, outbound: 20n };
const log = createLog({ level: "silent", name: "test" });
export const never = new AbortController().signal;

export let chain: TestChain;
let deployment: TestDeployment;
let audits: Audits;
let directory: string;
let validator: Identity;
export let executors: Address[];
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

/** Starts the chain with everybody on it. */
export async function openStage(): Promise<void> {
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
}

export async function closeStage(): Promise<void> {
  await stack.disposeAsync();
  await chain[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
}

/** Sets the stage for the tests of a file; each finds the chain as the first one did. */
export function useStage(): void {
  beforeAll(openStage, SLOW);
  afterAll(closeStage);
  let snapshot: unknown;
  beforeEach(async () => {
    if (snapshot !== undefined) await chain.request("evm_revert", snapshot);
    snapshot = await chain.request("evm_snapshot");
  });
}

interface Staged {
  readonly conduct: (executor: Address) => Conduct;
  readonly show?: (executor: Address) => Showing;
  /** Traces that were asked for. */
  readonly fetched?: TracesOrder[];
  /** Called before and after each step that lasts; throws where the process ends. */
  readonly step?: (name: string) => void;
  readonly cases?: Case[];
  readonly overcharges?: Grounds[];
  /** By weights that are here. */
  readonly counting?: OwnCounting;
  readonly priceOf?: (executor: Address) => CanaryPrice;
  /** Of all executors. */
  readonly trust?: number;
  /** Whether it has heard of everybody yet. */
  readonly hasListened?: () => boolean;
}

/** What a validator's process does, both at once there; in a look of tests all that is due, one after the other. */
export interface StagedValidator {
  readonly auditor: Auditor;
  readonly visitor: Visitor;
  look(signal: AbortSignal): Promise<void>;
}

/** A validator's process: it has its log, and nothing else of the one before. */
export function start(
  db: Database,
  asked: CanaryOrder[],
  {
    conduct,
    show = () => showing(),
    fetched = [],
    priceOf = () => MOST,
    step = () => undefined,
    cases = [],
    overcharges = [],
    counting,
    trust,
    hasListened = () => true,
  }: Staged,
): StagedValidator {
  const store = tappedStore(openAuditLog(db), step);
  const preimages = new Preimages({
    audits: tapped(step),
    validator: validator.address,
    key: validator.secret,
    length: 6,
  });
  const auditor = new Auditor({
    ...{
      audits: tapped(step),
      validator: validator.address,
      preimages,
      visits: shippedVisits,
      random: seededRandom(5),
      log,
    },
    store,
    offers: () =>
      hasListened()
        ? executors.map((executor) => ({
            executor,
            model: "tiny",
            weightsHash: WEIGHTS,
            price: priceOf(executor),
            isMeasured: false,
          }))
        : undefined,
    mostPrices: () => () => MOST,
    withWeights: (_, work) => work(undefined, counting),
    trustOf: async () => trust,
    onCase: (found) => cases.push(found),
    onOvercharge: (found) => overcharges.push(found),
    onNews: () => undefined,
  });
  const visitor = new Visitor({
    ...{ audits: tapped(step), store, everyMs: 10, random: seededRandom(6), log },
    buyer: {
      ask: async (order) => {
        asked.push(order);
        step("ask");
        return conduct(order.executor)(order);
      },
      traces: async (order) => {
        fetched.push(order);
        step("traces");
        return show(order.executor)(order);
      },
    },
  });
  const look = async (signal: AbortSignal): Promise<void> => {
    await auditor.look(signal);
    await visitor.visit(signal);
    await auditor.look(signal);
  };
  return { auditor, visitor, look };
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

const LASTING = [
  "beginEpoch",
  "markAsked",
  "saveAnswer",
  "markUnanswered",
  "saveFinding",
  "markReported",
  "saveTrace",
  "postponeTraces",
] as const;
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
export const openStore = (path?: string): { db: Database; path: string } => {
  databases += 1;
  const place = path ?? join(directory, `${databases}.sqlite`);
  return { path: place, db: openDatabase(place, { cipher: createTextCipher(validator.secret) }) };
};

export const now = (): Promise<bigint> => audits.chain.nowSeconds();
/** Lets the chain's clock go on to this second, in a block of its own. */
export async function goTo(seconds: bigint): Promise<void> {
  if (seconds <= (await now())) return;
  await chain.request("evm_setNextBlockTimestamp", Number(seconds));
  await chain.request("evm_mine");
}

const COUNTS = ["outcome", "canaries", "countFailures", "traceFailures", "unanswered"] as const;
type Told = { readonly executor: Address; readonly epoch: bigint } & Readonly<Record<(typeof COUNTS)[number], number>>;
export async function reported(): Promise<Told[]> {
  const logs = await readPastLogs(audits.chain, {
    address: audits.address,
    topics: [contract.topicOf("ExecutorAudited")],
  });
  return logs.map((one) => {
    const told = contract.parsed.parseLog(one)?.args.toObject() ?? {};
    const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(told[name])]));
    return { executor: told["executor"].toLowerCase(), epoch: told["epoch"], ...counts } as unknown as Told;
  });
}

/** From the registration of a chain of preimages over one audited epoch to its report; `look` is asked at each moment. */
export async function course(look: () => Promise<void>): Promise<bigint> {
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
  // Traces are asked for by now, and again when they are due.
  for (const share of [4n, 2n]) {
    await goTo((epoch + 1n) * EPOCH + EPOCH / share);
    await look();
  }
  return epoch;
}
