import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { describe, expect, it } from "vitest";
import { ToldRefusal } from "../../client/ask/told-refusal.ts";
import type { AskEvent } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import { aborted } from "../../primitives/aborted.ts";
import { seededRandom } from "../../validator/canary/draw.ts";
import { drawCanary } from "../../validator/canary/draw-canary.ts";
import { buyCanary, type CanaryClient } from "./buy-canary.ts";

const executor: Address = `0x${"aa".repeat(20)}`;
const requestHash: Hex = `0x${"11".repeat(32)}`;
const order = { id: 1, executor, model: "tiny", epoch: 0n, canary: drawCanary(seededRandom(1)) };
const never = new AbortController().signal;

type Ask = (signal: AbortSignal) => AsyncGenerator<AskEvent>;
const bought = (ask: Ask, { mostMs = 60_000, signal = never } = {}) =>
  buyCanary(
    { client: { ask: (_: unknown, until: AbortSignal) => ask(until) }, mostMs } as unknown as CanaryClient,
    order,
    signal,
  );

describe("a canary that is not over by its request's deadline", () => {
  it("is unanswered, however many letters came, whether the client ends as it is told or as if by itself", async () => {
    const stalling: Ask = async function* (signal) {
      yield { type: "signed", requestHash };
      yield { type: "text", text: "a" };
      await aborted(signal);
      throw new LloomError("CANCELLED", "The caller cancelled.");
    };
    expect(await bought(stalling, { mostMs: 1 })).toMatchObject({ type: "unanswered" });
    const ending: Ask = async function* (signal) {
      yield { type: "executor", executor, signed: {}, attempt: 1 } as AskEvent;
      yield { type: "signed", requestHash };
      await aborted(signal);
      yield { type: "end" } as AskEvent;
    };
    expect(await bought(ending, { mostMs: 1 })).toMatchObject({ type: "unanswered" });
  });

  it("says nothing of its executor when this node ends", async () => {
    const stop = new AbortController();
    const stopped: Ask = async function* (signal) {
      yield { type: "signed", requestHash };
      stop.abort();
      if (!signal.aborted) await aborted(signal);
      throw new LloomError("CANCELLED", "The caller cancelled.");
    };
    expect(await bought(stopped, { signal: stop.signal })).toMatchObject({ type: "unasked" });
  });
});

it("names the most that it pays: an offer whose price was raised since it was drawn is not asked", async () => {
  const asked: unknown[] = [];
  const client = {
    ask: (question: unknown) => {
      asked.push(question);
      throw new LloomError("NO_EXECUTOR", "Nobody offers it at that price.");
    },
  };
  const maxPrice = { inbound: 1n, outbound: 2n };
  const reply = await buyCanary({ client } as unknown as CanaryClient, { ...order, maxPrice }, never);
  expect(asked).toMatchObject([{ executor, maxPrice }]);
  expect(reply.type).toBe("unasked");
});

describe("a fault", () => {
  const failing = (fault: LloomError): Promise<{ type: string }> =>
    // biome-ignore lint/correctness/useYield: it fails before it says anything.
    bought(async function* () {
      throw fault;
    });

  it("is this node's own only if it arose here: whatever code an executor tells, it did not answer", async () => {
    const own: ErrorCode[] = [
      "INTERNAL",
      "CHAIN_UNREACHABLE",
      "INSUFFICIENT_FUNDS",
      "CHANNEL_UNDERFUNDED",
      "NO_EXECUTOR",
    ];
    for (const code of own) expect((await failing(new LloomError(code, "It failed."))).type, code).toBe("unasked");
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[])
      expect((await failing(new ToldRefusal({ code, message: "No." }))).type, code).toBe("unanswered");
    expect((await failing(new LloomError("EXECUTOR_UNREACHABLE", "It is away."))).type).toBe("unanswered");
  });
});

describe("a signed answer that its client refuses", () => {
  const refusing: Ask = async function* () {
    yield { type: "signed", requestHash };
    throw new LloomError("RESPONSE_INVALID", "The counts are wrong.");
  };
  const request = { maxInboundTokens: 50n, maxOutboundTokens: 50n, deadline: 7n };
  const response = { inboundTokens: 10n, outboundTokens: 40n, traceRoot: requestHash };
  const wrong = {
    ...{ requestHash, responseHash: requestHash, receipt: { request, response } },
    ...{ counts: { inboundTokens: 10, outboundTokens: 4 }, opened: { text: "Yes.", weightsHash: requestHash } },
  };
  const refusedBy = (store: unknown) =>
    buyCanary({ client: { ask: refusing }, store, mostMs: 60_000 } as unknown as CanaryClient, order, never);

  it("for its counts comes with all that jurors can be shown of it, and with what can be claimed", async () => {
    const store = { wrongCount: () => wrong, ownEvidence: () => ({ prompt: { profile: "{}" } }) };
    expect(await refusedBy(store)).toMatchObject({
      ...{ type: "wrong", what: "counts", responseHash: requestHash },
      refused: {
        ...{ signed: { receipt: wrong.receipt, requestHash }, claim: { inboundTokens: 10, outboundTokens: 4 } },
        answer: { text: "Yes.", weightsHash: requestHash, profile: "{}", asOfSeconds: 7 },
      },
    });
  });

  it("for anything else comes as a wrong structure", async () => {
    const reply = await refusedBy({ wrongCount: () => undefined });
    expect(reply).toEqual({ type: "wrong", what: "structure", problem: "The counts are wrong." });
  });
});
