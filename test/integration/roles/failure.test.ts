import { once } from "node:events";
import { hashContent } from "@lloom/protocol/canonical";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChannel, readDeposit } from "../../../node/src/chain/reads.ts";
import type { AskEvent } from "../../../node/src/client/question.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { countWords, type Script, says, saysThenFails, saysThenHangs, scriptedBackend } from "./scripted-backend.ts";
import {
  askAll,
  type Buyer,
  DOLLAR,
  hear,
  PRICE,
  question,
  type Seller,
  soon,
  sweepUp,
  unplug,
  until,
  World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const CHEAP = { inboundPrice: 10n, outboundPrice: 40n };
const attempts = (events: readonly AskEvent[]): string[] =>
  events.flatMap((event) => (event.type === "executor" ? [event.executor] : []));

/** What the client has paid or promised away: all of its money that is not in its deposit or channels. */
async function spent(buyer: Buyer, sellers: readonly Seller[]): Promise<bigint> {
  const { address } = buyer.identity;
  const channels = await Promise.all(
    sellers.map(({ identity }) => readChannel(buyer.chain, address, identity.address)),
  );
  const kept = channels.reduce((sum, { balance }) => sum + balance, await readDeposit(buyer.chain, address));
  return 100n * DOLLAR - kept;
}

/** The client knows offers of all of these. */
const known = (buyer: Buyer, ...sellers: readonly Seller[]) =>
  until("the offers are known", () => {
    const offering = new Set(buyer.client.offers().map(({ offer }) => offer.executor));
    return sellers.every(({ identity }) => offering.has(identity.address));
  });

describe("a failure before the first token", () => {
  it("of a hanging executor is taken over by the next one, and one answer is paid", async () => {
    await using hanging = await world.seller({ backend: scriptedBackend(saysThenHangs()), price: CHEAP });
    await using good = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer({ unknownPatienceMs: 400 });
    await known(buyer, hanging, good);
    const { text, end, events } = await askAll(buyer);
    expect(text).toBe("The loom weaves.");
    expect(attempts(events)).toEqual([hanging.identity.address, good.identity.address]);
    expect(end).toMatchObject({ executor: good.identity.address, attempts: 2 });
    await hanging.executor.drain(soon());
    await good.executor.drain(soon());
    expect(hanging.store.receipts({ limit: 9 })).toEqual([]);
    expect(await spent(buyer, [hanging, good])).toBe(end.cost);
    expect(buyer.store.outstanding(hanging.identity.address, BigInt(Math.floor(Date.now() / 1000)))).toBe(0n);
  });

  it("of a model that answers no conversation is taken over, and it is not offered any more", async () => {
    const refuses: Script = () => {
      throw new LloomError("UNSUPPORTED", "The backend refuses the request (400).");
    };
    await using painter = await world.seller({ backend: scriptedBackend(refuses), price: CHEAP });
    await using good = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    await known(buyer, painter, good);
    const { events } = await askAll(buyer);
    expect(attempts(events)).toEqual([painter.identity.address, good.identity.address]);
    await until("it offers nothing", () => painter.executor.status().models.length === 0);
    expect(good.executor.status().models).toEqual(["scripted"]);
  });

  it("of a failing backend is taken over, and the failing executor's lane stays usable", async () => {
    const backend = scriptedBackend(saysThenFails());
    await using failing = await world.seller({ backend, price: CHEAP });
    await using good = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    await known(buyer, failing, good);
    const first = await askAll(buyer);
    expect(attempts(first.events)).toEqual([failing.identity.address, good.identity.address]);
    backend.script = says("Mended.");
    // Until nobody else is left, who has answered comes first.
    await good.executor.drain(soon());
    const second = await askAll(buyer);
    expect(second.text).toBe("Mended.");
    expect(second.end.receipt.request).toMatchObject({ executor: failing.identity.address, nonce: 1n });
    await failing.executor.drain(soon());
    expect(await spent(buyer, [failing, good])).toBe(first.end.cost + second.end.cost);
  });

  it("is remembered by the client's next run", async () => {
    const price = CHEAP;
    await using failing = await world.seller({ backend: scriptedBackend(saysThenFails(), "memory"), price });
    await using good = await world.seller({ backend: scriptedBackend(says("Kept."), "memory") });
    const [identity, dataDir] = [await world.nextIdentity(), await world.dataDir()];
    const asked = question("?", { model: "memory" });
    const first = await world.buyer({ identity, dataDir });
    await known(first, failing, good);
    expect(attempts((await askAll(first, asked)).events)).toEqual([failing.identity.address, good.identity.address]);
    await first[Symbol.asyncDispose]();
    await using again = await world.buyer({ identity, dataDir, deposit: 0n });
    await known(again, failing, good);
    expect(attempts((await askAll(again, asked)).events)).toEqual([good.identity.address]);
  });

  it("is told when there is no other executor, and nothing is paid", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(saysThenFails()) });
    await using buyer = await world.buyer();
    await expect(askAll(buyer)).rejects.toMatchObject({ code: "BACKEND_FAILED", retryable: true });
    await seller.executor.drain(soon());
    expect(await spent(buyer, [seller])).toBe(0n);
    expect(seller.store.receipts({ limit: 9 })).toEqual([]);
  });

  it("of an executor that is gone leads to the next one without binding money there", async () => {
    const backend = scriptedBackend(says("Here."), "unplugged");
    const gone = await world.seller({ backend, price: CHEAP });
    await using good = await world.seller({ backend });
    await using buyer = await world.buyer();
    await known(buyer, gone, good);
    await unplug(gone);
    const { end } = await askAll(buyer, question("?", { model: "unplugged" }));
    // It is not even tried once the client has seen its connection end.
    expect(end.executor).toBe(good.identity.address);
    expect([1, 2]).toContain(end.attempts);
    const { balance } = await readChannel(buyer.chain, buyer.identity.address, gone.identity.address);
    expect(balance).toBe(0n);
    await sweepUp(gone);
  });
});

describe("a failure after the first token", () => {
  it("ends the answer, pays nothing, and asks nobody else", async () => {
    await using failing = await world.seller({ backend: scriptedBackend(saysThenFails("Half an ")), price: CHEAP });
    await using good = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    await known(buyer, failing, good);
    const events: AskEvent[] = [];
    const asked = (async () => {
      for await (const event of buyer.client.ask(question(), soon())) events.push(event);
    })();
    await expect(asked).rejects.toMatchObject({ code: "STREAM_INTERRUPTED", retryable: true });
    expect(events.filter(({ type }) => type === "text")).toEqual([{ type: "text", text: "Half an " }]);
    expect(attempts(events)).toEqual([failing.identity.address]);
    await failing.executor.drain(soon());
    await good.executor.drain(soon());
    expect(await spent(buyer, [failing, good])).toBe(0n);
  });
});

describe("a cancelled question", () => {
  it("costs what was produced until then, and both sides keep the receipt", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(saysThenHangs("one ", "two ")) });
    await using buyer = await world.buyer();
    const cancel = new AbortController();
    let heard = "";
    const events = buyer.client.ask(question("count for me"), cancel.signal);
    const { end } = await hear(
      (async function* () {
        for await (const event of events) {
          yield event;
          if (event.type === "text") heard += event.text;
          if (heard === "one two ") cancel.abort();
        }
      })(),
    );
    expect(end).toMatchObject({ finishReason: "cancelled", inboundTokens: 3, outboundTokens: 2 });
    expect(end.cost).toBe((3n * PRICE.inboundPrice + 2n * PRICE.outboundPrice) / 1_000_000n);
    await seller.executor.drain(soon());
    expect(await spent(buyer, [seller])).toBe(end.cost);
    expect(seller.store.receipts({ limit: 1 })[0]?.receipt).toEqual(end.receipt);
    expect(buyer.store.receipts({ limit: 1 })[0]?.receipt).toEqual(end.receipt);
  });

  it("still gets the text that came after the cancel, since it is signed and paid", async () => {
    const script: Script = async function* (completion, signal) {
      yield { type: "text", text: "one " };
      await once(signal, "abort");
      yield { type: "text", text: "two " };
      yield { type: "end", finishReason: "cancelled", inboundTokens: countWords(completion), outboundTokens: 2 };
    };
    await using _seller = await world.seller({ backend: scriptedBackend(script) });
    await using buyer = await world.buyer();
    const cancel = new AbortController();
    const events = buyer.client.ask(question("count for me"), cancel.signal);
    const { text, end } = await hear(
      (async function* () {
        for await (const event of events) {
          yield event;
          if (event.type === "text") cancel.abort();
        }
      })(),
    );
    expect(text).toBe("one two ");
    expect(end.receipt.response.contentHash).toBe(hashContent(end.salts.answer, text));
  });

  it("costs nothing before the first token", async () => {
    const backend = scriptedBackend(saysThenHangs());
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer();
    const cancel = new AbortController();
    const asked = hear(buyer.client.ask(question(), cancel.signal));
    await Promise.all([
      expect(asked).rejects.toMatchObject({ code: "CANCELLED" }),
      until("the backend works", () => backend.asked.length === 1).then(() => cancel.abort()),
    ]);
    await seller.executor.drain(soon());
    expect(await spent(buyer, [seller])).toBe(0n);
    expect(seller.executor.status()).toMatchObject({ answered: 0, failed: 1, running: 0 });
  });

  it("is signed and kept when the client vanishes in the middle", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(saysThenHangs("one ", "two ", "three ")) });
    const buyer = await world.buyer();
    const events = buyer.client.ask(question("count for me"), soon())[Symbol.asyncIterator]();
    for (let text = ""; text !== "one two three "; ) {
      const { value } = await events.next();
      if (value?.type === "text") text += value.text;
    }
    await unplug(buyer);
    await until("the answer is signed", () => seller.store.receipts({ limit: 1 }).length === 1);
    const [kept] = seller.store.receipts({ limit: 1 });
    expect(kept?.receipt.response).toMatchObject({ finishReason: 3n, inboundTokens: 3n, outboundTokens: 3n });
    await sweepUp(buyer);
    await seller.executor.drain(soon());
    expect(seller.store.unsettled()).toEqual([]);
  });
});

describe("a question that nobody can answer", () => {
  it("names other models when this one is not offered", async () => {
    await using seller = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    await known(buyer, seller);
    await expect(askAll(buyer, question("?", { model: "unknown" }))).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
      message: expect.stringMatching(/^Nobody offers unknown\. Offered are: .*scripted/),
    });
  });

  it("has no executor when nobody answers in time", async () => {
    await using buyer = await world.buyer({ offerWaitMs: 1 });
    const asked = askAll(buyer, question("?", { model: "unknown" }));
    await expect(asked).rejects.toMatchObject({ code: "NO_EXECUTOR", retryable: true });
  });

  it("has no executor within the price limit", async () => {
    await using _seller = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    const asked = question("?", { maxPrice: { outbound: PRICE.outboundPrice - 1n } });
    await expect(askAll(buyer, asked)).rejects.toMatchObject({ code: "NO_EXECUTOR" });
  });

  it("says exactly what is missing from the deposit", async () => {
    await using seller = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer({ deposit: 10_000n });
    // 1 byte + 16 for the message + 128 for the template, and 64 answer tokens: 145 * 100 + 64 * 400 base units.
    await expect(askAll(buyer, question("?"))).rejects.toMatchObject({
      code: "INSUFFICIENT_FUNDS",
      message: "This request may cost 0.0401 tUSD; the free deposit is 0.01 tUSD, 0.0301 tUSD are missing.",
      next: "Deposit more: lloom deposit 0.0301",
    });
    expect(seller.executor.status().refused).toBe(0);
  });
});
