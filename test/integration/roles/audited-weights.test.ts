import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { Profile } from "@lloom/protocol/profile";
import { unpackTrace } from "@lloom/protocol/trace";
import { parseCalibration } from "@lloom/protocol/verification/calibration";
import { sumEvidence } from "@lloom/protocol/verification/sequential-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dishonest, type ModelCheat } from "../../../devnet/src/cheats/dishonest-backend.ts";
import type { Backend } from "../../../node/src/backend/backend.ts";
import { coarsenWeights } from "../../../node/src/backend/coarse-weights.ts";
import { TokenCounter } from "../../../node/src/backend/counting/token-counter.ts";
import { readVocabularyFile } from "../../../node/src/backend/gguf-vocabulary.ts";
import { openReference, type Reference } from "../../../node/src/backend/llama-reference.ts";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { sha256 } from "../../../node/src/backend/sha256.ts";
import { WeightsAudit } from "../../../node/src/commands/ask/answer-audit.ts";
import { buyCanary } from "../../../node/src/commands/canaries/buy-canary.ts";
import { fetchTraces } from "../../../node/src/commands/canaries/fetch-traces.ts";
import type {
  CanaryFinding,
  EndedCanary,
  KeptAudit,
  TracesOrder,
} from "../../../node/src/validator/audit/canary-answer.ts";
import { judge } from "../../../node/src/validator/audit/judge.ts";
import type { OwnCounting } from "../../../node/src/validator/audit/judge-charge.ts";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import { drawCanary } from "../../../node/src/validator/canary/draw-canary.ts";
import { openJudge } from "../../../node/src/validator/jury/open-judge.ts";
import { askAll, type Buyer, log, question, type Seller, until, World } from "./world.ts";

const SLOW = 900_000;
/** A busy machine must not pass for an executor that does not answer. */
const MOST_TRIES = 10;
const MODELS = join(import.meta.dirname, "../../../node/models/tiny");
const TINY = join(MODELS, "lloom-tiny.gguf");
const SECRET: Hex = `0x${"5e".repeat(32)}`;
const never = new AbortController().signal;
const calibration = parseCalibration(readFileSync(join(MODELS, "calibration.json"), "utf8"));

let world: World;
let directory: string;
let honest: Backend;
let coarse: Backend;
let reference: Reference;
let counting: OwnCounting;
const counter = new TokenCounter();
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lloom-audited-"));
  const path = join(directory, "coarse.gguf");
  writeFileSync(path, await coarsenWeights(TINY, 4));
  const options = { kind: "llama", modelName: "lloom-tiny", threads: 1, sequences: 2 } as const;
  honest = await openBackend({ ...options, modelPath: TINY }, log);
  coarse = await openBackend({ ...options, modelPath: path }, log);
  reference = await openReference({ modelPath: TINY, threads: 1 }, { log, signal: never });
  counting = {
    ...{ weightsHash: reference.weightsHash, path: TINY, vocabulary: sha256(await readVocabularyFile(TINY)) },
    count: (asked) => counter.count(asked),
  };
  world = await World.start();
}, SLOW);
afterAll(async () => {
  for (const one of [world, honest, coarse, reference, counter]) await one[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** Offers the weights and the profile of the honest one, and does something else; both are closed elsewhere. */
const cheating = async (cheat: ModelCheat): Promise<Backend> => ({
  ...dishonest(cheat, cheat === "model" ? coarse : honest, await honest.listModels(never)),
  [Symbol.asyncDispose]: async () => undefined,
});

/** Names no vocabulary by which clients could count, and charges so many tokens for each of an answer's. */
const uncounted = (times: number): Backend => ({
  name: honest.name,
  listModels: async (signal) =>
    (await honest.listModels(signal)).map(({ profile, ...model }) => {
      const { vocabulary: _, ...bare }: Profile = profile ?? { backend: "", maxContext: 1, evidence: "text" };
      return { ...model, profile: bare };
    }),
  countInbound: (completion, signal) => honest.countInbound(completion, signal),
  complete: async function* (completion, signal) {
    for await (const event of honest.complete(completion, signal)) {
      const most = completion.maxOutboundTokens;
      yield event.type === "end" ? { ...event, outboundTokens: Math.min(event.outboundTokens * times, most) } : event;
    }
  },
  checkHealth: (signal) => honest.checkHealth(signal),
  [Symbol.asyncDispose]: async () => undefined,
});

/** Canaries bought from an executor over the network, and what they show. */
async function findingsAbout({ identity: { address: executor } }: Seller, buyer: Buyer): Promise<CanaryFinding[]> {
  const { chain, client, store, host } = buyer;
  const parts = { chain, client, store, host, hasher: createCommitmentHasher(chain.domain), log };
  const findings: CanaryFinding[] = [];
  for (let id = 0; id < 6; id++) {
    const canary = { ...drawCanary(seededRandom(9, id)), maxOutboundTokens: 24 };
    const order = { id, executor, model: "lloom-tiny", epoch: 0n, canary };
    let reply = await buyCanary(parts, order, never);
    for (let tries = 1; reply.type === "unanswered" && tries < MOST_TRIES; tries++)
      reply = await buyCanary(parts, order, never);
    expect(reply.type).toBe("answered");
    const bare = reply as Extract<EndedCanary, { readonly type: "answered" }>;
    const visit = { executor, model: "lloom-tiny", epoch: 0n, answers: [{ id, answer: bare }] };
    const traces = await fetchTraces(parts, visit, never);
    const leaves = traces.type === "asked" ? traces.shown.get(id) : undefined;
    const answer: EndedCanary = { ...bare, answer: { ...bare.answer, ...(leaves !== undefined && { leaves }) } };
    const kept = {
      id,
      executor,
      question: { canary },
      answer,
      responseHash: answer.responseHash,
    } as unknown as KeptAudit;
    findings.push(await judge(kept, { weights: { reference, calibration }, counting, secret: SECRET }));
  }
  return findings;
}

const standing = (findings: readonly CanaryFinding[]) =>
  sumEvidence(findings.flatMap(({ factor }) => (factor === undefined ? [] : [{ factor }])));

describe("a client with weights of its own", () => {
  it(
    "passes on no answer of coarser ones, asks somebody else, and pays both",
    async () => {
      const judging = { threads: 1, offered: () => undefined, signal: never, log };
      const weights = [{ path: TINY, calibration: join(MODELS, "calibration.json") }];
      await using opened = await openJudge({ ...judging, weights });
      // The cheaper one is asked first.
      const cheap = { inboundPrice: 1_000n, outboundPrice: 1_000n };
      await using bad = await world.seller({ backend: await cheating("model"), price: cheap });
      await using good = await world.seller({ backend: honest });
      await using buyer = await world.buyer({
        ...{ vocabularyWaitMs: 60_000, verification: { type: "audit" } },
        audit: ({ chain, host, store }) => new WeightsAudit({ chain, host, store, weights: opened, log }),
      });
      await until("both are offered", () => buyer.client.offers("lloom-tiny").length === 2);
      const asked = question("What does a receipt prove?", { model: "lloom-tiny" });
      const { text, end } = await askAll(buyer, asked);
      expect(end.executor).toBe(good.identity.address);
      expect(text).not.toBe("");
      expect(end.copies?.map(({ executor, agrees }) => [executor, agrees])).toEqual([
        [bad.identity.address, false],
        [good.identity.address, true],
      ]);
      // Jurors get its trace from here, whatever it shows them.
      const [failed] = end.copies ?? [];
      const { trace = new Uint8Array() } = buyer.store.ownEvidence(failed?.requestHash ?? "0x") ?? {};
      expect(unpackTrace(trace).length).toBeGreaterThanOrEqual(failed?.outboundTokens ?? 1);
      // It has cheated: the next question does not go to it.
      expect((await askAll(buyer, asked)).end.copies).toBeUndefined();
    },
    SLOW,
  );
});

describe("canaries bought over the network", () => {
  it(
    "pass an honest executor",
    async () => {
      await using good = await world.seller({ backend: honest });
      await using buyer = await world.buyer({ vocabularyWaitMs: 60_000 });
      const passed = await findingsAbout(good, buyer);
      for (const { failure, factor, figures } of passed) {
        expect(failure).toBeUndefined();
        expect(factor).toBeLessThan(2);
        expect(figures?.distance).toBeLessThan(calibration.distanceBound);
      }
      expect(standing(passed).mayDispute).toBe(false);
      expect(passed.map(({ proof }) => proof)).toEqual(passed.map(() => undefined));
    },
    SLOW,
  );

  it(
    "find what was charged beyond what there is, of whoever names no vocabulary, and nothing of its honest twin",
    async () => {
      for (const times of [1, 4]) {
        await using seller = await world.seller({ backend: uncounted(times) });
        await using buyer = await world.buyer({ vocabularyWaitMs: 60_000 });
        const failures = (await findingsAbout(seller, buyer)).map(({ failure, claim }) => [
          failure,
          claim !== undefined,
        ]);
        if (times === 1) expect(failures.map(([failure]) => failure)).not.toContain("counts");
        else expect(failures).toContainEqual(["counts", true]);
      }
    },
    SLOW,
  );

  it(
    "ask for no trace, which comes afterwards from who is there, and is not had of who has left",
    async () => {
      await using buyer = await world.buyer({ vocabularyWaitMs: 60_000 });
      const { chain, client, store, host } = buyer;
      const parts = { chain, client, store, host, hasher: createCommitmentHasher(chain.domain), log };
      const canary = { ...drawCanary(seededRandom(9, 1)), maxOutboundTokens: 24 };
      let visit: TracesOrder;
      {
        await using good = await world.seller({ backend: honest });
        const { address: executor } = good.identity;
        const order = { id: 1, executor, model: "lloom-tiny", epoch: 0n, canary };
        let reply = await buyCanary(parts, order, never);
        for (let tries = 1; reply.type === "unanswered" && tries < MOST_TRIES; tries++)
          reply = await buyCanary(parts, order, never);
        if (reply.type !== "answered") expect.unreachable(reply.problem);
        expect(reply.answer.leaves).toBeUndefined();
        visit = { executor, model: "lloom-tiny", epoch: 0n, answers: [{ id: 1, answer: reply }] };
        const shown = await fetchTraces(parts, visit, never);
        expect(shown).toMatchObject({ type: "asked", isReachable: true });
        expect(shown.type === "asked" && shown.shown.get(1)).not.toHaveLength(0);
      }
      // A peer is left whose node is connected to it.
      expect(await fetchTraces(parts, visit, never)).toMatchObject({ type: "asked", isReachable: false });
    },
    SLOW,
  );

  // A prompt that was cut, and an answer that was kept, have traces of the right weights: after another prompt.
  it.each(["model", "prompt", "replay"] as const)(
    "prove within six an executor that cheats in its %s",
    async (cheat) => {
      await using bad = await world.seller({ backend: await cheating(cheat) });
      await using buyer = await world.buyer({ vocabularyWaitMs: 60_000 });
      const found = await findingsAbout(bad, buyer);
      const caught = found.filter(({ failure }) => failure === "trace");
      // The first answer that is kept is a right one.
      expect(caught.length).toBeGreaterThanOrEqual(cheat === "replay" ? 5 : 6);
      for (const { figures } of caught) expect(figures?.distance).toBeGreaterThan(calibration.distanceBound * 2);
      expect(standing(found).mayDispute).toBe(true);
      // Each of them is what jurors convict by, and a complaint may show.
      for (const { proof } of caught) expect(proof).toBe("distance");
    },
    SLOW,
  );
});
