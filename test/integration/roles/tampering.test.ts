import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { profileText } from "@lloom/protocol/profile";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AskEvent } from "../../../node/src/client/question.ts";
import { type RogueOptions, startRogue, type Tampering } from "../../support/rogue.ts";
import { askAll, type Buyer, log, type Member, question, soon, until, World } from "./world.ts";

let world: World;
let buyer: Buyer;
beforeAll(async () => {
  world = await World.start();
  buyer = await world.buyer();
});
afterAll(() => world[Symbol.asyncDispose]());

const cases: readonly [name: string, tamper: Tampering, forged?: boolean][] = [
  ["signs with another key", (right) => right, true],
  ["names another request", (right) => ({ ...right, requestHash: ZERO_HASH })],
  ["signs another text", (right) => ({ ...right, contentHash: ZERO_HASH })],
  ["signs other bytes than it sent", (right) => ({ ...right, deliveryHash: ZERO_HASH })],
  ["charges a unit too much", (right) => ({ ...right, cumulativeCost: right.cumulativeCost + 1n })],
  [
    "counts more tokens than allowed",
    (right, { frame }) => {
      const outboundTokens = frame.request.maxOutboundTokens + 1n;
      return { ...right, outboundTokens, cumulativeOutbound: outboundTokens };
    },
  ],
  ["adds to the running total", (right) => ({ ...right, cumulativeInbound: right.cumulativeInbound + 1n })],
  ["says that it failed", (right) => ({ ...right, finishReason: 0n, cumulativeCost: 0n })],
];

describe("an answer of an executor that", () => {
  it.each(cases)("%s is refused, acknowledges nothing, and the executor is avoided", async (name, tamper, forged) => {
    const forge = forged === true ? { forge: buyer.identity } : {};
    const rogue = await joinRogue({ model: name, says: "Trust me.", tamper, ...forge });
    await until("its offer is known", () => buyer.client.offers(name).length === 1);
    const asked = question("May I trust you?", { model: name });
    const events: AskEvent[] = [];
    const heard = (async () => {
      for await (const event of buyer.client.ask(asked, soon())) events.push(event);
    })();
    await expect(heard).rejects.toMatchObject({
      code: "RESPONSE_INVALID",
      next: expect.stringMatching(/can settle at most \d+\.\d+ [A-Za-z]+ for this request/),
    });
    expect(events.at(-1)).toEqual({ type: "text", text: "Trust me." });
    expect(buyer.store.receipts({ limit: 1, executor: rogue.identity.address })).toEqual([]);
    expect(outstanding(rogue)).toBeGreaterThan(0n);
    const again = buyer.client.ask(asked, soon())[Symbol.asyncIterator]().next();
    await expect(again).rejects.toMatchObject({ code: "NO_EXECUTOR" });
  });

  it("promises a trace and has none is refused, and one that has it is believed", async () => {
    const profile = profileText({ backend: "llama.cpp", maxContext: 8192, evidence: "trace" });
    const model = "traceless";
    await joinRogue({ model, says: "Trust me.", profile, tamper: (right) => right });
    await until("its offer is known", () => buyer.client.offers(model).length === 1);
    await expect(askAll(buyer, question("?", { model }))).rejects.toMatchObject({
      code: "RESPONSE_INVALID",
      message: expect.stringContaining("promises a trace"),
    });
    const traced = "traced";
    const traceRoot: Hex = `0x${"7e".repeat(32)}`;
    await joinRogue({ model: traced, says: "Trust me.", profile, tamper: (right) => ({ ...right, traceRoot }) });
    await until("its offer is known", () => buyer.client.offers(traced).length === 1);
    expect(await askAll(buyer, question("?", { model: traced }))).toMatchObject({ text: "Trust me." });
  });

  it("answers rightly is believed: the cases above fail for the tampering alone", async () => {
    const model = "honest";
    await joinRogue({ model, says: "Trust me.", tamper: (right) => right });
    await until("its offer is known", () => buyer.client.offers(model).length === 1);
    const types: string[] = [];
    for await (const { type } of buyer.client.ask(question("?", { model }), soon())) types.push(type);
    expect(types).toEqual(["executor", "signed", "text", "end"]);
  });
});

async function joinRogue(
  options: Pick<RogueOptions, "model" | "says" | "tamper" | "forge" | "profile">,
): Promise<Member> {
  const member = await world.join(await world.nextIdentity());
  await world.stake(member);
  await startRogue({ ...member, ...options, log });
  return member;
}

/** What the rogue might still settle: the cap of a request whose answer was wrong. */
const outstanding = ({ identity }: Member): bigint =>
  buyer.store.outstanding(identity.address, BigInt(Math.floor(Date.now() / 1000)));
