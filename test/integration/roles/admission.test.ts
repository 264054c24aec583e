/** Requests as a foreign client might send them, straight to an executor. */
import { randomBytes } from "node:crypto";
import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import { type RequestCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { EMPTY_LANE, nextRequestFields, worstCost } from "@lloom/protocol/lane";
import type { ExecutorFrame, RequestFrame } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate } from "../../../node/src/chain/actions.ts";
import { createInferPool, type InferPool } from "../../../node/src/p2p/infer/infer-client.ts";
import { oncePassed, says, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, log, PRICE, question, type Seller, soon, until, World } from "./world.ts";

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

type Frame = Omit<RequestFrame, "id">;
let lanes = 0n;

/** A right request that opens a lane of its own, but for the changes. */
function frame(seller: Seller, change: Partial<RequestCommitment> = {}, signer = buyer.identity): Frame {
  const { messages, sampling } = question("one two three", {});
  const promptSalt = bytesToHex(randomBytes(32));
  lanes += 1n;
  const terms = {
    client: buyer.identity.address,
    executor: seller.identity.address,
    model: seller.executor.status().models[0] ?? "",
    promptHash: hashPrompt(promptSalt, messages),
    paramsHash: hashParams({ sampling, weightsHash: ZERO_HASH, profileHash: ZERO_HASH }),
    maxInboundTokens: 10n,
    maxOutboundTokens: 10n,
    ...PRICE,
    lane: lanes,
    ...nextRequestFields(EMPTY_LANE),
    deadline: BigInt(Math.floor(Date.now() / 1000) + 600),
    ...change,
  };
  const request = { costCap: terms.ackedCost + worstCost(terms), ...terms };
  const signature = signer.sign(createCommitmentHasher(buyer.chain.domain).hashRequest(request));
  return {
    type: "request",
    request,
    signature,
    promptSalt,
    messages: [...messages],
    sampling,
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
  };
}

/** Sends it and returns the last frame: the code of an error, or "response". */
async function send(seller: Seller, sent: Frame): Promise<string> {
  const target = { peerId: seller.host.peerId, multiaddrs: seller.host.multiaddrs() };
  let last: ExecutorFrame | undefined;
  for await (const frame of pool.request({ target, frame: sent, signal: soon() })) last = frame;
  return last?.type === "error" ? last.code : (last?.type ?? "nothing");
}

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
      CONTEXT_EXCEEDED: { maxOutboundTokens: 5_000n },
    };
    for (const [code, change] of Object.entries(outcomes)) expect(await send(seller, frame(seller, change))).toBe(code);
    expect(await send(seller, frame(seller, { maxInboundTokens: 2n }))).toBe("REQUEST_INVALID");
    expect(await send(seller, frame(seller, { costCap: CAP - 1n }))).toBe("REQUEST_INVALID");
    expect(await send(seller, frame(seller, {}, seller.identity))).toBe("SIGNATURE_INVALID");
    expect(await send(seller, { ...frame(seller), messages: [{ role: "user", content: "other" }] })).toBe(
      "REQUEST_INVALID",
    );
    expect(seller.store.receipts({ limit: 1 })).toEqual([]);
    expect(await send(seller, frame(seller))).toBe("response");
  });

  it("the same request a second time, while it runs and after", async () => {
    const gate = Promise.withResolvers<void>();
    const backend = scriptedBackend(oncePassed(gate.promise, says("Once.")), "again");
    await using seller = await world.seller({ backend });
    await fill(seller, 4n * CAP);
    const sent = frame(seller);
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
    const outcomes = Promise.all(Array.from({ length: 6 }, () => send(seller, frame(seller))));
    await until("the others are refused", () => seller.executor.status().refused === 4);
    expect(seller.store.outstanding(buyer.identity.address)).toBe(2n * CAP);
    gate.resolve();
    const underfunded = Array.from({ length: 4 }, () => "CHANNEL_UNDERFUNDED");
    expect((await outcomes).sort()).toEqual([...underfunded, "response", "response"]);
  });

  it("nothing more once the channel has been filled, without waiting for news of it", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(says("Yes."), "filled"), watchPollMs: 60_000 });
    expect(await send(seller, frame(seller))).toBe("CHANNEL_UNDERFUNDED");
    await fill(seller, CAP);
    expect(await send(seller, frame(seller))).toBe("response");
  });
});

describe("a lane that the executor has lost from its log", () => {
  it("is refused when the chain has settled it further", async () => {
    const identity = await world.nextIdentity();
    const backend = scriptedBackend(says("Yes."), "amnesia");
    const first = await world.seller({ backend, identity });
    await fill(first, 4n * CAP);
    const sent = frame(first);
    expect(await send(first, sent)).toBe("response");
    await first.executor.drain(soon());
    await first[Symbol.asyncDispose]();
    await using second = await world.seller({ backend, identity });
    expect(await send(second, frame(second, { lane: sent.request.lane }))).toBe("LANE_OUT_OF_STEP");
    expect(await send(second, frame(second))).toBe("response");
  });
});
