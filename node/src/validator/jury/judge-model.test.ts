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
import type { Token } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testPrompt } from "../../../../test/support/exchange.ts";
import type { Backend } from "../../backend/backend.ts";
import { coarsenWeights } from "../../backend/coarse-weights.ts";
import { createModelCounter } from "../../backend/counting/model-counter.ts";
import { openLlama } from "../../backend/llama.ts";
import { openReference, type Reference } from "../../backend/llama-reference.ts";
import { type LlamaRuntime, loadLlama } from "../../backend/llama-runtime.ts";
import { traceOf } from "../../backend/llama-trace.ts";
import { createStopFilter } from "../../backend/stop-strings.ts";
import { createTokenText } from "../../backend/token-text.ts";
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
let runtime: LlamaRuntime;
/** Tokens of single bytes. */
let bytes: Map<number, number>;
let honest: readonly Bought[];
let coarse: readonly Bought[];
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-jury-"));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "coarse.gguf");
  writeFileSync(path, await coarsenWeights(modelPath, 4));
  reference = stack.use(await openReference({ modelPath, threads: 1 }, { log, signal: never }));
  runtime = await loadLlama(
    { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 1 },
    { log, stack, signal: never },
  );
  bytes = readBytes(runtime);
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

/** The byte that a token of one is, by the alphabet that byte-level vocabularies write it with. */
function readBytes({ model }: LlamaRuntime): Map<number, number> {
  const tokens = model.fileInfo.metadata.tokenizer.ggml?.tokens ?? [];
  const shown = [...range(0x21, 0x7e), ...range(0xa1, 0xac), ...range(0xae, 0xff)];
  const hidden = range(0, 0xff).filter((byte) => !shown.includes(byte));
  const letters = new Map([
    ...shown.map((byte) => [String.fromCodePoint(byte), byte] as const),
    ...hidden.map((byte, index) => [String.fromCodePoint(256 + index), byte] as const),
  ]);
  return new Map(
    tokens.flatMap((token, id) => {
      const byte = letters.get(String(token));
      return byte === undefined ? [] : [[byte, id] as const];
    }),
  );
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const tokenOfByte = (byte: number): number => bytes.get(byte) ?? expect.fail(`No token is the byte ${byte}.`);

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
  const request = { deadline: 0n, maxOutboundTokens: BigInt(canary.maxOutboundTokens) };
  const receipt = { request, response: { outboundTokens: BigInt(answer.outboundTokens) } } as Receipt;
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

/** What an honest node signs that happens to write these tokens: its text as it delivers it, and its own odds. */
async function writing(tokens: readonly number[], stop: readonly string[] = []): Promise<Bought> {
  const { model } = runtime;
  const canary = { ...chosen(0), maxOutboundTokens: tokens.length };
  const { messages, sampling } = { ...canary, messages: [{ role: "user", content: "Hi" } as const] };
  const prompt = createModelCounter(model).encode(messages, 0);
  const text = createTokenText<Token>((pending, before) => model.detokenize(pending, false, before), prompt);
  const filter = createStopFilter(stop);
  let told = "";
  for (const token of tokens) told += filter.push(text.push(token as Token)).text;
  const places = (await reference.score({ messages, asOfSeconds: 0 }, tokens)) ?? [];
  const trace = tokens.map((token, at) => traceOf(token as Token, sharesOf(places[at])));
  const leaves = trace.map((leaf, index) => ({ ...leaf, index }) as WrittenLeaf);
  scored.set(nameOf(messages, tokens), places);
  const outboundTokens = model.tokenize(told, false).length;
  const answer = { text: told, trace, inboundTokens: prompt.length, outboundTokens };
  return { canary: { ...canary, messages, sampling: { ...sampling, stop: [...stop] } }, answer, leaves, places };
}

const sharesOf = (place: ScoredPlace = new Map()): Map<Token, number> =>
  new Map([...place].map(([token, logprob]) => [token as Token, Math.exp(logprob / 1000)]));

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

describe("an honest answer that was made to be strange", () => {
  it("of bytes that are no characters is no other text than its tokens'", async () => {
    const { model } = runtime;
    // Three stray bytes, and then a whole character: told one after the other it is never one.
    const broken = [...Uint8Array.of(0x80, 0x80, 0x80), ...new TextEncoder().encode("🧵")].map(tokenOfByte);
    const one = await writing([...model.tokenize("Sea", false), ...broken, ...model.tokenize(" and more.", false)]);
    expect(one.answer.text).not.toContain("🧵");
    expect(await vote([one])).toBe("Match");
    const random = seededRandom(SEED, 2 ** 21);
    for (let number = 0; number < 12; number++) {
      const tokens = Array.from({ length: 12 }, () => tokenOfByte(128 + Math.floor(random() * 128)));
      expect(await vote([await writing([...model.tokenize("Sea", false), ...tokens])])).toBe("Match");
    }
  });

  it("may have far more tokens than its text: of a stop string, and of letters that are written one by one", async () => {
    const { model } = runtime;
    const stop = "ᮃ".repeat(120);
    const letters = [...new TextEncoder().encode(stop)].map(tokenOfByte);
    const stopped = await writing([...model.tokenize("Sea", false), ...letters], [stop]);
    expect([stopped.answer.text, stopped.leaves.length]).toEqual(["Sea", model.tokenize("Sea", false).length + 360]);
    expect(await vote([stopped])).toBe("Match");
    // What the client allowed is the limit.
    const beyond = { ...stopped, canary: { ...stopped.canary, maxOutboundTokens: stopped.leaves.length - 1 } };
    expect(await vote([beyond])).toBe("Mismatch");
  });
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
