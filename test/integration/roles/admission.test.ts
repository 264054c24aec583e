import { FINISH_REASONS, type RequestCommitment } from "@lloom/protocol/commitment-types";
import type { ChatMessage } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate } from "../../../node/src/chain/account/actions.ts";
import { createInferPool, type InferPool } from "../../../node/src/p2p/infer/infer-client.ts";
import { type Frame, frameFor, outcomeOf, sendFrame } from "./foreign-request.ts";
import { oncePassed, says, saysToTheLimit, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, log, PRICE, type Seller, soon, until, World } from "./world.ts";

let world: World;
let buyer: Buyer;
let pool: InferPool;
beforeAll(async () => {
  world = await World.start();
  buyer = await world.buyer();
  pool = createInferPool(buyer.host, log);
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const frame = (
  seller: Seller,
  change: Partial<RequestCommitment> = {},
  signer = buyer.identity,
  messages?: readonly ChatMessage[],
) => frameFor({ buyer, seller, signer, ...(messages && { messages }) }, change);
const send = (seller: Seller, sent: Frame) => outcomeOf(pool, seller, sent);

/** Most that such a request may cost: 10 * 100 + 10 * 400 base units. */
const CAP = 5_000n;
const fill = (seller: Seller, amount: bigint) => allocate(buyer.chain, seller.identity.address, amount);

describe("an executor refuses", () => {
  it("what the contract would refuse, and everything that it cannot be paid for", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "strict") });
    await fill(seller, CAP);
    const outcomes = {
      PRICE_REFUSED: { outboundPrice: PRICE.outboundPrice - 1n },
      DEADLINE_INVALID: { deadline: 1_000n },
      MODEL_NOT_FOUND: { model: "another" },
      LANE_OUT_OF_STEP: { nonce: 2n },
      CHANNEL_UNDERFUNDED: { costCap: CAP + 1n },
    };
    for (const [code, change] of Object.entries(outcomes))
      expect(await send(seller, await frame(seller, change))).toBe(code);
    expect(await send(seller, await frame(seller, { maxInboundTokens: 2n }))).toBe("REQUEST_INVALID");
    expect(await send(seller, await frame(seller, { costCap: CAP - 1n }))).toBe("REQUEST_INVALID");
    expect(await send(seller, await frame(seller, {}, seller.identity))).toBe("SIGNATURE_INVALID");
    expect(await send(seller, { ...(await frame(seller)), messages: [{ role: "user", content: "other" }] })).toBe(
      "REQUEST_INVALID",
    );
    expect(seller.store.receipts({ limit: 1 })).toEqual([]);
    // Its place is a stranger's until it has asked for something that is paid.
    expect(seller.host.isKnown(buyer.host.peerId)).toBe(false);
    expect(await send(seller, await frame(seller))).toBe("response");
    expect(seller.host.isKnown(buyer.host.peerId)).toBe(true);
  });

  it("a prompt that fills the context; an answer that has no room for its limit ends at the context, and costs what it is", async () => {
    const words = (count: number): { messages: ChatMessage[]; maxInboundTokens: bigint } => ({
      messages: [{ role: "user", content: "w ".repeat(count).trim() }],
      maxInboundTokens: 10_000n,
    });
    const backend = scriptedBackend(saysToTheLimit(), "narrow");
    await using seller = await world.seller({ backend });
    await fill(seller, 10_000n * CAP);
    const sendWords = async (count: number) => {
      const { messages, maxInboundTokens } = words(count);
      return sendFrame(
        pool,
        seller,
        await frame(seller, { maxInboundTokens, maxOutboundTokens: 5_000n }, undefined, messages),
      );
    };
    expect(await sendWords(4_096)).toMatchObject({ type: "error", code: "CONTEXT_EXCEEDED" });
    expect(backend.asked).toEqual([]);
    const answered = await sendWords(4_090);
    expect(backend.asked).toMatchObject([{ maxOutboundTokens: 6 }]);
    const length = BigInt(FINISH_REASONS.indexOf("length"));
    expect(answered).toMatchObject({
      type: "response",
      response: {
        inboundTokens: 4_090n,
        outboundTokens: 6n,
        finishReason: length,
        cumulativeCost: 4_090n * 100n + 6n * 400n,
      },
    });
  });

  it("the same request a second time, while it runs and after", async () => {
    const gate = Promise.withResolvers<void>();
    const backend = scriptedBackend(oncePassed(gate.promise, says("Once.")), "again");
    await using seller = await world.seller({ backend });
    await fill(seller, 4n * CAP);
    const sent = await frame(seller);
    const first = send(seller, sent);
    await until("it runs", () => backend.asked.length === 1);
    expect(await send(seller, sent)).toBe("LANE_BUSY");
    gate.resolve();
    expect(await first).toBe("response");
    expect(await send(seller, sent)).toBe("LANE_OUT_OF_STEP");
    expect(seller.store.receipts({ limit: 9 }).length).toBe(1);
  });

  it("to work twice for the same money, however many ask at the same moment", async () => {
    const gate = Promise.withResolvers<void>();
    const backend = scriptedBackend(oncePassed(gate.promise, says("Yes.")), "rush");
    await using seller = await world.seller({ backend });
    await fill(seller, 2n * CAP);
    const outcomes = Promise.all(Array.from({ length: 6 }, async () => send(seller, await frame(seller))));
    await until("the others are refused", () => seller.executor.status().refused === 4);
    expect(seller.store.outstanding(buyer.identity.address)).toBe(2n * CAP);
    gate.resolve();
    const underfunded = Array.from({ length: 4 }, () => "CHANNEL_UNDERFUNDED");
    expect((await outcomes).sort()).toEqual([...underfunded, "response", "response"]);
  });

  it("nothing more once the channel has been filled, without waiting for news of it", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "filled"), watchPollMs: 60_000 });
    expect(await send(seller, await frame(seller))).toBe("CHANNEL_UNDERFUNDED");
    await fill(seller, CAP);
    expect(await send(seller, await frame(seller))).toBe("response");
  });
});

describe("a lane that the executor has lost from its log", () => {
  it("is refused when the chain has settled it further", async () => {
    const identity = await world.nextIdentity();
    const backend = scriptedBackend(says("Yes."), "amnesia");
    const first = await world.seller({ backend, identity });
    await fill(first, 4n * CAP);
    const sent = await frame(first);
    expect(await send(first, sent)).toBe("response");
    await first.executor.drain(soon());
    await first[Symbol.asyncDispose]();
    await using second = await world.seller({ backend, identity });
    expect(await send(second, await frame(second, { lane: sent.request.lane }))).toBe("LANE_OUT_OF_STEP");
    expect(await send(second, await frame(second))).toBe("response");
  });
});
