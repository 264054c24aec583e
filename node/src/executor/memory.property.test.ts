import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import { type Hex, type ResponseCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import type { ExecutorFrame } from "@lloom/protocol/messages";
import { recoverAddress } from "@lloom/protocol/signatures";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Seeded, seeded } from "../../../protocol/test/seeded.ts";
import { scriptedBackend } from "../../../test/integration/roles/scripted-backend.ts";
import { createExchange, TEST_CIPHER } from "../../../test/support/exchange.ts";
import { LloomError } from "../errors.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "../store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../store/executor/executor-log.ts";
import { type AskedFrame, admit } from "./admit/admit.ts";
import { ChannelCache } from "./admit/channel-cache.ts";
import { OwnRun } from "./admit/own-run.ts";
import { WorkQueue } from "./admit/work-queue.ts";
import { answerRequest, signSavedAnswers } from "./answer/answer.ts";
import { FramePipe } from "./answer/frame-pipe.ts";
import { OwnOffers } from "./offer/own-offers.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const STEPS = 160;
const TTL_MS = 120_000;
const START_MS = 1_800_000_000_000;
const exchange = createExchange();
const { executor, client, hasher } = exchange;
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;

let directory: string;
let files: number;
/** Everything that was ever signed over a request, by whichever process. */
let signed: Map<Hex, Map<Hex, ResponseCommitment>>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-memory-"));
  [files, signed] = [0, new Map()];
});
afterEach(() => rmSync(directory, { recursive: true }));

const newFile = (): string => join(directory, `${files++}.sqlite`);

function copyFile(from: string): string {
  const to = newFile();
  for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  return to;
}

/** A store whose process is killed before or after the so-manieth call: nothing more happens in it. */
function mortal(store: ExecutorLog, life: { callsLeft: number }): ExecutorLog {
  const methods = Object.entries(store).map(([name, method]: [string, (...values: unknown[]) => unknown]) => [
    name,
    (...values: unknown[]): unknown => {
      if (life.callsLeft <= 0) throw new LloomError("INTERNAL", "Killed.");
      life.callsLeft -= 1;
      return method(...values);
    },
  ]);
  return Object.fromEntries(methods) as ExecutorLog;
}

/** One process with the key: its own memory, its own file, its own clocks. */
class Machine {
  path: string;
  readonly life = { callsLeft: Number.POSITIVE_INFINITY };
  store: ExecutorLog;
  readonly run: OwnRun;
  readonly offers: OwnOffers;
  #close: () => void;
  readonly #random: Seeded;
  wallMs = START_MS;
  steadyMs = 0;

  constructor(path: string, random: Seeded) {
    this.path = path;
    this.#random = random;
    const db = openDatabase(path, { cipher: TEST_CIPHER });
    this.#close = () => db[Symbol.dispose]();
    this.store = mortal(openExecutorLog(db), this.life);
    const run = new OwnRun({
      clock: () => this.wallMs,
      steady: () => this.steadyMs,
      onJump: () => undefined,
    });
    this.run = run;
    this.offers = new OwnOffers({
      hashOffer: hasher.hashOffer,
      sign: executor.sign,
      ttlMs: TTL_MS,
      stands: (offerHash) => run.stands(offerHash),
      onMake: (_, offerHash) => run.noteOffer(offerHash, TTL_MS),
    });
    signSavedAnswers(this.#answering());
  }

  get isDead(): boolean {
    return this.life.callsLeft <= 0;
  }

  kill(): void {
    this.life.callsLeft = 0;
    this.#close();
  }

  /** Somebody puts another copy of the log in its place while the process runs. */
  replaceLog(path: string): void {
    this.#close();
    this.path = path;
    const db = openDatabase(path, { cipher: TEST_CIPHER });
    this.#close = () => db[Symbol.dispose]();
    this.store = mortal(openExecutorLog(db), this.life);
  }

  offerHash(): Hex {
    const terms = { executor: executor.address, model: "m", weightsHash: ZERO_HASH };
    this.offers.renew([{ ...terms, inboundPrice: 1n, outboundPrice: 1n, maxContext: 4096n }], this.wallMs);
    const offer = this.offers.of("m");
    if (offer === undefined) throw new RangeError("No offer.");
    return hasher.hashOffer(offer);
  }

  /** Serves a request as the node does; returns the last frame's kind or code. */
  async serve(frame: AskedFrame): Promise<string> {
    try {
      const admitted = await admit(this.#admission(), frame, never);
      const pipe = new FramePipe<Omit<ExecutorFrame, "id">>();
      const done = answerRequest(this.#answering(), admitted, { pipe: pipe as never, signal: never });
      let last = "";
      for await (const { type } of pipe) last = type;
      await done;
      return last;
    } catch (thrown) {
      return thrown instanceof LloomError ? thrown.code : String(thrown);
    }
  }

  #admission() {
    const { store, run, offers } = this;
    const channel = { balance: 1n << 90n, unlocking: 0n, unlockAt: 0n, skewSeconds: 0n };
    return {
      ...{ executor: executor.address, hasher, store, run, recover: recoverAddress },
      channels: new ChannelCache(async () => channel, { clock: () => this.wallMs, longestAgeMs: Number.MAX_VALUE }),
      backend: this.#backend(),
      queue: new WorkQueue({ concurrency: 4, queueLimit: 8, perClientLimit: 8 }),
      offerOf: (model: string) => offers.of(model),
      profileOf: (model: string) => offers.profileOf(model),
      principalOf: async () => undefined,
      settledNonceOf: async () => 0n,
      unlockMarginSeconds: 0n,
      clock: () => this.wallMs,
    };
  }

  #answering() {
    const queue = new WorkQueue({ concurrency: 4, queueLimit: 8, perClientLimit: 8 });
    const identity = { ...executor, sign: (digest: Hex) => this.#sign(digest) };
    const { store, run } = this;
    return {
      ...{ identity, hasher, queue, run, log, answerTimeoutMs: 60_000, clock: () => this.wallMs },
      store: { ...store, saveAnswer: (answer: Parameters<ExecutorLog["saveAnswer"]>[0]) => this.#save(answer) },
      backend: this.#backend(),
      onAnswered: () => undefined,
      onFailed: () => undefined,
      owed: () => 0n,
      shown: String,
    };
  }

  #pending = new Map<Hex, ResponseCommitment>();
  #save(answer: Parameters<ExecutorLog["saveAnswer"]>[0]): void {
    this.store.saveAnswer(answer);
    this.#pending.set(answer.responseHash, answer.response);
  }

  /** What is signed is public from this moment on, whatever becomes of the process. */
  #sign(digest: Hex) {
    const response =
      this.#pending.get(digest) ??
      this.store.answeredUnsigned().find(({ responseHash }) => responseHash === digest)?.response;
    if (response === undefined) throw new RangeError("Signed something that was not saved.");
    const known = signed.get(response.requestHash) ?? new Map<Hex, ResponseCommitment>();
    signed.set(response.requestHash, known.set(digest, response));
    return executor.sign(digest);
  }

  /** Never says the same thing twice. */
  #backend() {
    const random = this.#random;
    return scriptedBackend(async function* () {
      yield { type: "text", text: `answer ${random.hash()}` };
      yield { type: "end", finishReason: "stop", inboundTokens: 1, outboundTokens: 1 };
    }, "m");
  }
}

let lanes = 0n;
const nextLane = (): bigint => {
  lanes += 1n;
  return lanes;
};

/** A request of a new lane, or the next one of a lane that the machine knows. */
function ask(machine: Machine, random: Seeded, lane = nextLane()): AskedFrame {
  const sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const };
  const hashed = { sampling, weightsHash: ZERO_HASH, profileHash: ZERO_HASH, offerHash: machine.offerHash() };
  const [promptSalt, messages] = [random.hash(), [{ role: "user" as const, content: "Hi" }]];
  const state = machine.isDead ? EMPTY_LANE : machine.store.laneState(client.address, lane);
  const { request, clientSignature } = exchange.ask(state, {
    ...{ model: "m", lane, inboundPrice: 1n, outboundPrice: 1n },
    promptHash: hashPrompt(promptSalt, messages),
    paramsHash: hashParams(hashed),
    deadline: BigInt(Math.floor(machine.wallMs / 1000) + 600),
  });
  return { request, signature: clientSignature, promptSalt, messages, ...hashed };
}

/** Puts the process into the hands of chance for one request: it dies in the middle of it, at some call of its log. */
async function serveAndDie(machine: Machine, random: Seeded, frame: AskedFrame): Promise<void> {
  machine.life.callsLeft = random.below(12);
  await machine.serve(frame);
  machine.kill();
}

test.each(SEEDS)(
  "no request ever has two signed answers, however logs are lost, copied and restored, seed %i",
  { timeout: 120_000 },
  async (seed) => {
    const random = seeded(seed);
    const one = <T>(list: readonly T[]): T => list[random.below(list.length)] as T;
    let machines = [new Machine(newFile(), random)];
    const copies: string[] = [];
    const asked: AskedFrame[] = [];
    const outcomes = new Map<string, number>();
    const note = (outcome: string): unknown => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    for (let step = 0; step < STEPS; step++) {
      const machine = one(machines);
      const chance = random.below(100);
      if (chance < 30) {
        // An honest client with a new lane is never refused by whoever made the offer that it accepts.
        const frame = ask(machine, random);
        asked.push(frame);
        const outcome = await machine.serve(frame);
        expect(outcome, `seed ${seed}, step ${step}`).toBe("response");
      } else if (chance < 60 && asked.length > 0) note(await machine.serve(one(asked)));
      else if (chance < 70 && asked.length > 0)
        note(await machine.serve(ask(machine, random, one(asked).request.lane)));
      else if (chance < 78) copies.push(copyFile(machine.path));
      else if (chance < 84) {
        const frame = ask(machine, random);
        asked.push(frame);
        await serveAndDie(machine, random, frame);
        copies.push(machine.path);
        machines = machines.filter((other) => other !== machine);
      } else if (chance < 94 && machines.length < 4) {
        const path = copies.length > 0 && random.below(3) > 0 ? copyFile(one(copies)) : newFile();
        machines.push(new Machine(path, random));
      } else if (chance < 96 && copies.length > 0) machine.replaceLog(copyFile(one(copies)));
      else if (chance < 98) {
        const ms = random.below(200_000);
        machine.wallMs += ms;
        machine.steadyMs += ms;
      } else machine.wallMs += (random.below(2) === 0 ? -1 : 1) * random.below(7_200_000);
      if (machines.length === 0) machines.push(new Machine(copyFile(one(copies)), random));
    }
    for (const [requestHash, responses] of signed)
      expect([...responses.keys()].length, `seed ${seed}, request ${requestHash}`).toBe(1);
    // The history was worth its time: answers, replays that were refused, and several lives.
    expect(signed.size).toBeGreaterThan(20);
    expect(outcomes.get("OFFER_UNKNOWN") ?? 0).toBeGreaterThan(5);
    for (const machine of machines) machine.kill();
  },
);
