import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { canonicalJson } from "@lloom/protocol/canonical";
import { type Hex, type Receipt, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { encodeTraceLeaf, type TraceToken, traceRoot } from "@lloom/protocol/trace";
import { parseCalibration } from "@lloom/protocol/verification/calibration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../backend/backend.ts";
import { openLlama } from "../../backend/llama.ts";
import { openReference } from "../../backend/llama-reference.ts";
import { createLog } from "../../log.ts";
import { calibratingCanary } from "../calibrate/calibrate.ts";
import type { Canary } from "../canary/draw-canary.ts";
import type { CanaryAnswer, KeptAudit } from "./canary-answer.ts";
import { judge, type KnownWeights } from "./judge.ts";
import type { OwnCounting } from "./judge-charge.ts";

const SLOW = 60_000;
const tiny = (name: string): string => fileURLToPath(new URL(`../../../models/tiny/${name}`, import.meta.url));
const modelPath = tiny("lloom-tiny.gguf");
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;
const HASH: Hex = `0x${"11".repeat(32)}`;
const drawn = calibratingCanary(1, 0);
const canary: Canary = { ...drawn, sampling: { ...drawn.sampling, temperatureMilli: 0 } };
const jsonCanary: Canary = { ...canary, sampling: { ...canary.sampling, responseFormat: "json" } };

let weights: KnownWeights;
let honest: CanaryAnswer;
/** Honest, too: the grammar makes it begin with what the model would not have written. */
let asJson: CanaryAnswer;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  const reference = stack.use(await openReference({ modelPath, threads: 1 }, { log, signal: never }));
  weights = { reference, calibration: parseCalibration(readFileSync(tiny("calibration.json"), "utf8")) };
  const options = { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 1 } as const;
  const backend = stack.use(await openLlama(options, log, never));
  honest = await answerTo(canary, backend);
  asJson = await answerTo(jsonCanary, backend);
}, SLOW);
afterAll(() => stack.disposeAsync());

async function answerTo(asked: Canary, backend: Backend): Promise<CanaryAnswer> {
  let text = "";
  for await (const event of backend.complete({ ...asked, model: "tiny", asOfSeconds: 0 }, never)) {
    if (event.type === "end") return answerOf(text, event.trace ?? []);
    text += event.text;
  }
  expect.unreachable("an answer ends with its counts");
}

/** An answer of a profile that was measured. */
function answerOf(text: string, trace: readonly TraceToken[]): CanaryAnswer {
  const leaves = trace.map(encodeTraceLeaf);
  const profile = canonicalJson({ ...weights.calibration.reference });
  return {
    ...{ text, traceRoot: traceRoot(leaves), leaves: leaves.map(bytesToHex) },
    ...{ asOfSeconds: 0, profile },
  };
}
const judged = (answer: CanaryAnswer, asked: Canary = canary) =>
  judge(
    {
      question: { canary: asked },
      answer: { type: "answered", answer, responseHash: HASH, signed: signedFor({}) },
      responseHash: HASH,
    } as KeptAudit,
    { weights, secret: HASH },
  );
/** The same answer, charged for so much, by weights that count nothing but ten tokens and two. */
async function charged(change: Partial<Receipt["response"]>, answer: CanaryAnswer = honest) {
  const kept = {
    ...{ question: { canary }, responseHash: HASH },
    answer: { type: "answered", answer, signed: signedFor(change) },
  };
  return judge(kept as unknown as KeptAudit, { weights, counting: counting(), secret: HASH });
}
function signedFor(change: Partial<Receipt["response"]>) {
  const response = { inboundTokens: 10n, outboundTokens: 2n, finishReason: 1n, ...change };
  const request = { maxInboundTokens: 50n, maxOutboundTokens: 1_000n, deadline: 0n };
  return { receipt: { request, response }, requestHash: HASH };
}
const counting = (): OwnCounting => ({
  ...{
    weightsHash: weights.reference.weightsHash,
    path: "",
    vocabulary: weights.calibration.reference.vocabulary ?? HASH,
  },
  count: async () => ({ inboundTokens: 10, outboundTokens: 2, version: weights.calibration.reference.version ?? "" }),
});
const leafOf = (token: number): TraceToken => ({ token, logprob: 0, likeliest: [{ token, logprob: 0 }] });

describe("what a canary shows", () => {
  it("is nothing against an honest answer, and against one whose trace says other odds", async () => {
    expect(await judged(honest)).toMatchObject({ factor: 0, figures: { flatter: expect.any(Number) } });
    expect((await judged(honest)).failure).toBeUndefined();
    const text = weights.reference.textOf({ messages: canary.messages, asOfSeconds: 0 }, [2047, 2047, 2047]) ?? "";
    expect(await judged(answerOf(text, [2047, 2047, 2047].map(leafOf)))).toMatchObject({ failure: "trace" });
  });

  it("is a failed trace where one was signed and is not shown, and nothing where none was", async () => {
    const { leaves: _, ...hidden } = honest;
    expect(await judged(hidden)).toMatchObject({ failure: "trace", problem: expect.any(String) });
    expect(await judged({ ...hidden, traceRoot: ZERO_HASH })).toEqual({ figures: { flatter: 1 } });
  });

  it("is a wrong count where more was charged than there is, before anything of its trace, and nothing where not", async () => {
    const { leaves: _, ...hidden } = honest;
    const wrong = { failure: "counts", claim: { inboundTokens: 10, outboundTokens: 2 } };
    expect(await charged({ outboundTokens: 8n })).toMatchObject(wrong);
    expect(await charged({ outboundTokens: 8n }, hidden)).toMatchObject(wrong);
    // By the very version, and too little for jurors of others.
    expect(await charged({ outboundTokens: 3n })).toEqual({ failure: "counts", problem: expect.any(String) });
    for (const right of [{}, { outboundTokens: 1n }, { outboundTokens: 50n, finishReason: 0n }])
      expect(await charged(right)).toMatchObject({ factor: 0 });
  });

  it("is, of an answer that was refused for its counts, what the weights count, and without them what its client did", async () => {
    const claim = { inboundTokens: 10, outboundTokens: 3 };
    const refused = (outboundTokens: bigint, answer: CanaryAnswer = honest) => ({
      ...{ type: "wrong", what: "counts", problem: "The counts are wrong.", responseHash: HASH },
      refused: { answer, claim, signed: signedFor({ outboundTokens }) },
    });
    const judgedBy = (ended: unknown, own: OwnCounting | undefined) =>
      judge({ question: { canary }, answer: ended, responseHash: HASH } as unknown as KeptAudit, {
        ...{ weights, counting: own, secret: HASH },
      });
    expect(await judgedBy(refused(8n), counting())).toMatchObject({
      failure: "counts",
      claim: { inboundTokens: 10, outboundTokens: 2 },
    });
    // By the weights nothing was overcharged: it is reported that the client refused it, and nothing claimed.
    const told = { failure: "counts", problem: "The counts are wrong." };
    expect(await judgedBy(refused(2n), counting())).toEqual(told);
    expect(await judgedBy(refused(8n), undefined)).toEqual({ ...told, claim });
    expect(await judgedBy(refused(8n, { ...honest, weightsHash: HASH }), counting())).toEqual({ ...told, claim });
    expect(await judgedBy({ type: "wrong", what: "counts", problem: "The counts are wrong." }, counting())).toEqual(
      told,
    );
  });

  it("is a wrong count where the profile names a vocabulary that the weights do not make", async () => {
    const naming = (vocabulary: Hex): CanaryAnswer => ({
      ...honest,
      profile: canonicalJson({ ...weights.calibration.reference, vocabulary }),
    });
    expect(await charged({}, naming(HASH))).toMatchObject({
      ...{ failure: "counts", problem: expect.stringContaining("names a vocabulary") },
      claim: { inboundTokens: 0, outboundTokens: 0 },
    });
    expect((await charged({}, naming(weights.calibration.reference.vocabulary ?? HASH))).failure).toBeUndefined();
  });

  it("is nothing where the answer was sold for other weights than those that were to be audited", async () => {
    expect(await charged({ outboundTokens: 8n }, { ...honest, weightsHash: HASH })).toEqual({});
  });

  it("is nothing against an honest answer that a grammar made", async () => {
    expect((await judged(asJson, canary)).failure).toBe("trace");
    const { failure, factor, figures } = await judged(asJson, jsonCanary);
    expect({ failure, factor, gap: figures?.gap }).toEqual({ failure: undefined, factor: 0, gap: undefined });
  });

  it("is a wrong structure where the trace has tokens that the model does not have", async () => {
    for (const token of [2048, 0xffffffff])
      expect(await judged(answerOf("", [leafOf(token)]))).toMatchObject({ failure: "structure", proof: "structure" });
    // No jury measures it: that is reported, and not complained of.
    const profile = canonicalJson({ ...weights.calibration.reference, instructions: "NEON" });
    const elsewhere = await judged({ ...answerOf("", [leafOf(2048)]), profile });
    expect([elsewhere.failure, elsewhere.proof]).toEqual(["structure", undefined]);
  });

  it("is a wrong structure where the profile promises ids and the trace names tokens by bytes, and nothing where it promises none", async () => {
    const token = Uint8Array.of(89);
    const byBytes = answerOf("Y", [{ token, logprob: 0, likeliest: [{ token, logprob: 0 }] }]);
    expect(await judged(byBytes)).toMatchObject({ failure: "structure", proof: "structure" });
    for (const change of [{ backend: "openai" }, { evidence: "text" as const }]) {
      const profile = canonicalJson({ ...weights.calibration.reference, ...change });
      expect((await judged({ ...byBytes, profile })).failure).toBeUndefined();
    }
  });

  it("proves a distance by an answer of several places alone", async () => {
    const proofOf = async (tokens: number[]) => {
      const text = weights.reference.textOf({ messages: canary.messages, asOfSeconds: 0 }, tokens) ?? "";
      return (await judged(answerOf(text, tokens.map(leafOf)))).proof;
    };
    expect(await proofOf([2047, 2047, 2047])).toBeUndefined();
    expect(await proofOf([2047, 2047, 2047, 2047])).toBe("distance");
    expect((await judged(honest)).proof).toBeUndefined();
  });

  it("is nothing where the reference's context does not hold the trace, or the profile was not measured", async () => {
    const tokens = new Array<number>(600).fill(2047);
    const text = weights.reference.textOf({ messages: canary.messages, asOfSeconds: 0 }, tokens) ?? "";
    const long = answerOf(text, tokens.map(leafOf));
    expect(await judged(long)).toEqual({ figures: { flatter: 1 } });
    const elsewhere = canonicalJson({ ...weights.calibration.reference, instructions: "NEON" });
    expect(await judged({ ...honest, profile: elsewhere })).toEqual({});
    expect(await judge({ question: { canary } } as KeptAudit, { weights, secret: HASH })).toEqual({});
  });
});
