import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { SignedOffer } from "@lloom/protocol/messages";
import { describe, expect, test } from "vitest";
import { provenAnswer } from "../../../protocol/test/proven-answer.ts";
import type { PageClient } from "../direct/open-client.ts";
import type { AnswerEvent } from "./conversation.ts";
import { askDirectly, inOrder } from "./direct-way.ts";

const executor = (digit: string): Address => `0x${digit.repeat(40)}`;
const offered = (digit: string, price: bigint, model = "m"): SignedOffer =>
  ({
    offer: { executor: executor(digit), model, inboundPrice: price, outboundPrice: price },
  }) as unknown as SignedOffer;
const digits = (offers: readonly SignedOffer[]): string => offers.map(({ offer }) => offer.executor[2]).join("");

describe("whom a question is offered to", () => {
  const offers = [offered("1", 3n), offered("2", 1n), offered("3", 2n), offered("4", 0n), offered("5", 1n, "other")];
  const choice = { model: "m", executor: undefined, funded: new Set<string>() };
  const staked = new Set(["1", "2", "3"].map(executor));

  test("those with a stake, by price, and first who has been given money", () => {
    expect(digits(inOrder(offers, { ...choice, staked }))).toBe("231");
    expect(digits(inOrder(offers, { ...choice, staked, funded: new Set([executor("1")]) }))).toBe("123");
    expect(digits(inOrder(offers, { ...choice, staked: undefined }))).toBe("4231");
  });

  test("the named one alone, by the visitor's own choice", () => {
    expect(digits(inOrder(offers, { ...choice, staked, executor: executor("4") }))).toBe("4");
  });
});

describe("an answer by executors", () => {
  const { receipt, content } = provenAnswer([{ role: "user", content: "Why?" }], "Because.");
  const { domain } = receipt;
  const end = { type: "end", receipt, salts: { prompt: content.prompt?.salt, answer: content.answer?.salt } };
  const refuses = new LloomError("CHANNEL_UNDERFUNDED", "Too little.");
  const breaks = new LloomError("STREAM_INTERRUPTED", "Lost.");
  /** A client whose executors do, by their first digit, one after the other what is said. */
  const clientOf = (deeds: Readonly<Record<string, readonly unknown[]>>): PageClient =>
    ({
      async *ask({ offer }: SignedOffer) {
        for (const deed of deeds[offer.executor[2] ?? ""] ?? []) {
          if (deed instanceof Error) throw deed;
          yield deed;
        }
      },
    }) as unknown as PageClient;
  const ask = async (deeds: Readonly<Record<string, readonly unknown[]>>): Promise<readonly AnswerEvent[]> => {
    const offers = Object.keys(deeds).map((digit) => offered(digit, 1n));
    const messages = [{ role: "user" as const, content: "Why?" }];
    const question = { domain, offers, messages, maxTokens: 9 };
    return Array.fromAsync(askDirectly(clientOf(deeds), question, new AbortController().signal));
  };

  test("comes from the next one where the first refuses, with a receipt that holds both texts", async () => {
    const events = await ask({ "1": [refuses], "2": [{ type: "text", text: "Because." }, end] });
    expect(events.map(({ type }) => type)).toEqual(["executor", "executor", "text", "receipt"]);
    expect(events.at(-1)).toMatchObject({
      file: {
        receipt: { domain },
        content: { prompt: { messages: [{ content: "Why?" }] }, answer: { text: "Because." } },
      },
    });
  });

  test("is asked of nobody else once somebody has said a word, or said that it cannot be", async () => {
    const right = [{ type: "text", text: "Because." }, end];
    await expect(ask({ "1": [{ type: "text", text: "Be" }, breaks], "2": right })).rejects.toBe(breaks);
    const invalid = new LloomError("REQUEST_INVALID", "No.");
    await expect(ask({ "1": [invalid], "2": right })).rejects.toBe(invalid);
    await expect(ask({})).rejects.toMatchObject({ code: "NO_EXECUTOR" });
  });
});
