import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJson } from "@lloom/protocol/canonical";
import { type Hex, type Receipt, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { parseCalibration } from "@lloom/protocol/verification/calibration";
import { figuresOf, judgeAnswer } from "@lloom/protocol/verification/judge-answer";
import type { ScoredPlace, WrittenLeaf } from "@lloom/protocol/verification/scored-place";
import { sumEvidence } from "@lloom/protocol/verification/sequential-test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testPrompt } from "../../../../test/support/exchange.ts";
import type { Backend } from "../../backend/backend.ts";
import { coarsenWeights } from "../../backend/coarse-weights.ts";
import { openLlama } from "../../backend/llama.ts";
import { openReference, type Reference } from "../../backend/llama-reference.ts";
import { createLog } from "../../log.ts";
import { answerCanary } from "../calibrate/answer-canary.ts";
import type { HonestAnswer } from "../calibrate/honest-messages.ts";
import { draw, seededRandom } from "../canary/draw.ts";
import { type Canary, drawCanary } from "../canary/draw-canary.ts";
import type { ShownAnswer, ShownCase } from "./judge.ts";
import { judgeModel } from "./judge-model.ts";

const SLOW = 300_000;
const SEED = Number(process.env["SELECTED_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Answers of each honest node that the challenger has bought, and cases that it makes of them. */
const [BOUGHT, CASES] = [120, 300];
/** Answers that a complaint may show. */
const MOST_SHOWN = 64;
const tiny = (name: string): string => fileURLToPath(new URL(`../../../models/tiny/${name}`, import.meta.url));
const modelPath = tiny("lloom-tiny.gguf");
const calibration = parseCalibration(readFileSync(tiny("calibration.json"), "utf8"));
const profile = canonicalJson({ ...calibration.reference });
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;

/** An answer with all that a jury may look at. */
interface Bought {
  readonly canary: Canary;
  readonly answer: HonestAnswer;
  readonly leaves: readonly WrittenLeaf[];
  readonly places: readonly ScoredPlace[];
}

const stack = new AsyncDisposableStack();
const scored = new Map<string, readonly ScoredPlace[]>();
let reference: Reference;
let honest: readonly Bought[];
let coarse: readonly Bought[];
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-jury-"));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "coarse.gguf");
  writeFileSync(path, await coarsenWeights(modelPath, 4));
  reference = stack.use(await openReference({ modelPath, threads: 1 }, { log, signal: never }));
  const plain = { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 1 } as const;
  const [asItIs, otherwise, rounded] = [
    stack.use(await openLlama(plain, log, never)),
    stack.use(await openLlama({ ...plain, computing: { flashAttention: false } }, log, never)),
    stack.use(await openLlama({ ...plain, modelPath: path }, log, never)),
  ];
  honest = [
    ...(await buy(asItIs, BOUGHT, chosen)),
    ...(await buy(otherwise, BOUGHT, (index) => chosen(BOUGHT + index))),
  ];
  coarse = await buy(rounded, 8, (index) => drawCanary(seededRandom(SEED, -1 - index)));
}, SLOW);
afterAll(() => stack.disposeAsync());

/** A question with settings that make an answer unlikely, short, or of a seed that gives it again. */
function chosen(index: number): Canary {
  const random = seededRandom(SEED, index);
  const { sampling, ...canary } = drawCanary(random);
  const temperatureMilli = draw([0, 1000, 1000, 1500, 2000], random);
  const seed = Math.floor(random() * 2 ** 31);
  return {
    ...canary,
    sampling: { ...sampling, ...{ temperatureMilli, topPMilli: 1000, topK: 0, seed } },
    maxOutboundTokens: draw([1, 2, 4, 6, 12, 24], random),
  };
}

async function buy(backend: Backend, count: number, canaryAt: (index: number) => Canary): Promise<Bought[]> {
  const bought: Bought[] = [];
  for (let index = 0; index < count; index++) {
    const canary = canaryAt(index);
    const answer = await answerCanary(backend, canary);
    const leaves = answer.trace.map((leaf, at) => ({ ...leaf, index: at }) as WrittenLeaf);
    const tokens = leaves.map(({ token }) => token);
    const places = (await reference.score({ messages: canary.messages, asOfSeconds: 0 }, tokens)) ?? [];
    scored.set(nameOf(canary.messages, tokens), places);
    bought.push({ canary, answer, leaves, places });
  }
  return bought;
}

const nameOf = (messages: Canary["messages"], tokens: readonly number[]): string => JSON.stringify([messages, tokens]);

function shownOf({ canary, answer, leaves }: Bought): ShownAnswer {
  const { messages, sampling } = canary;
  const receipt = { request: { deadline: 0n }, response: { outboundTokens: BigInt(answer.outboundTokens) } } as Receipt;
  return {
    disputed: {} as ShownAnswer["disputed"],
    ...{ holders: [], mayComeYet: false },
    evidence: {
      ...{ receipt, responseHash: ZERO_HASH, lacks: new Map() },
      prompt: { ...testPrompt(), messages: [...messages], sampling, profile },
      text: { contentSalt: ZERO_HASH, bytes: Buffer.from(answer.text) },
      trace: { total: leaves.length, leaves },
    },
  };
}

/** The vote of an honest juror. */
async function vote(answers: readonly Bought[], id: Hex = ZERO_HASH): Promise<string> {
  const shown: ShownCase = { id, kind: "WrongModel", answers: answers.map(shownOf) };
  const looking = {
    textOf: reference.textOf.bind(reference),
    // What was scored once is not scored again for every case.
    score: async ({ messages }: Pick<Canary, "messages">, tokens: readonly number[]) => [
      ...(scored.get(nameOf(messages, tokens)) ?? []),
    ],
  };
  const parts = { referenceOf: async () => looking, calibrationOf: () => calibration, profileOf: () => undefined };
  return (await judgeModel(parts, shown, never)).choice;
}

const judgedOf = ({ canary: { sampling }, answer: { text }, leaves, places }: Bought) => ({
  ...{ responseHash: ZERO_HASH, secret: ZERO_HASH, text, leaves, places },
  ...{ temperatureMilli: sampling.temperatureMilli, responseFormat: sampling.responseFormat },
});
const figuresAt = (one: Bought) => figuresOf(judgedOf(one), calibration.distanceBound);
/** What jurors did before: they multiplied the odds of whatever they were shown. */
const convictsByOdds = (answers: readonly Bought[]): boolean =>
  sumEvidence(answers.map((one) => ({ factor: judgeAnswer(judgedOf(one), calibration).factor ?? 1 }))).mayDispute;

/** By what a challenger chooses what it shows. */
const CHOICES: readonly ((one: Bought) => number)[] = [
  (one) => figuresAt(one).flatter,
  (one) => figuresAt(one).gap ?? 0,
  (one) => figuresAt(one).distance ?? 0,
  (one) => figuresAt(one).whole ?? 0,
  (one) => figuresAt(one).leadShift ?? 0,
  ({ leaves }) => -leaves.length,
];

/** Cases of honest answers, each the best of its kind: the first few, bought once or again and again, in any order. */
function* cases(): Generator<{ readonly shown: readonly Bought[]; readonly id: Hex }> {
  const ranked = CHOICES.map((by) => {
    const worth = new Map(honest.map((one) => [one, by(one)]));
    return honest.toSorted((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
  });
  const random = seededRandom(SEED, 2 ** 20);
  for (let number = 0; number < CASES; number++) {
    const different = (ranked[number % ranked.length] ?? []).slice(0, draw([1, 2, 3, 4, 12, MOST_SHOWN], random));
    const copies = draw([1, 3, 12, MOST_SHOWN], random);
    const shown = different.flatMap((one) => new Array<Bought>(copies).fill(one)).slice(0, MOST_SHOWN);
    const mixed = shown
      .map((one) => ({ one, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
    const id: Hex = `0x${Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(64, "0")}`;
    yield { shown: draw([shown, shown.toReversed(), mixed], random), id };
  }
}

describe(`a challenger that chooses among honest answers, seed ${SEED}`, () => {
  it(
    "has nobody convicted by honest jurors, whatever it shows, and would have by odds",
    async () => {
      let byOdds = 0;
      for (const { shown, id } of cases()) {
        expect(await vote(shown, id)).not.toBe("Mismatch");
        if (convictsByOdds(shown)) byOdds += 1;
      }
      expect(byOdds).toBeGreaterThan(0);
    },
    SLOW,
  );
});

describe("a juror", () => {
  it("finds that answers of the signed weights are right, and tells nothing where one could not be measured", async () => {
    const [one, two, three] = honest.filter(({ leaves }) => leaves.length >= 4);
    const shown = [one, two, three].filter((answer) => answer !== undefined);
    expect(await vote(shown)).toBe("Match");
    const [first] = shown.map((answer) => ({ ...answer, leaves: [] }));
    // Another trace than the text has, by which whoever signed it is convicted at once.
    expect(await vote([...shown, ...(first === undefined ? [] : [first])])).toBe("Mismatch");
  });

  it("convicts who promises traces by ids and signs one by bytes", async () => {
    const one = honest.find(({ leaves }) => leaves.length >= 4) as Bought;
    const leaves = one.leaves.map((leaf) => ({ ...leaf, token: Uint8Array.of(89), likeliest: [] }));
    expect(await vote([{ ...one, leaves: leaves as unknown as Bought["leaves"] }])).toBe("Mismatch");
    expect(await vote([one])).toBe("Match");
  });

  it("convicts coarser weights by three different answers, and by no copies of one", async () => {
    const [one, two, three] = coarse.filter(({ leaves }) => leaves.length >= 4) as [Bought, Bought, Bought];
    expect(await vote([one, two, three])).toBe("Mismatch");
    expect(await vote([...honest.slice(0, 5), three, two, one])).toBe("Mismatch");
    expect(await vote(new Array<Bought>(MOST_SHOWN).fill(one))).toBe("Insufficient");
    // Another seed that gave the same text is no other evidence.
    const again = { ...one, canary: { ...one.canary, sampling: { ...one.canary.sampling, seed: 7 } } };
    expect(await vote([one, two, again])).toBe("Insufficient");
  });
});
