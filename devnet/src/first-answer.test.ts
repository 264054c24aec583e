import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { json, type StagedOpenAi, stageOpenAi } from "../../test/support/staged-openai.ts";
import { askFirst } from "./first-answer.ts";

const TRIES = 5;
const notReady = (response: ServerResponse): void => json(response, 503, { error: { message: "Nobody offers it." } });
const refused = (response: ServerResponse): void => json(response, 400, { error: { message: "It is too long." } });

describe("the first question", () => {
  let gateway: StagedOpenAi;
  beforeEach(async () => {
    gateway = await stageOpenAi();
  });
  afterEach(() => gateway[Symbol.asyncDispose]());

  const ask = (isBusy: boolean): Promise<unknown> =>
    askFirst({
      gatewayUrl: gateway.url.replace(/\/v1$/, ""),
      onText: () => undefined,
      onRefusal: () => undefined,
      signal: AbortSignal.timeout(60_000),
      isBusy: () => isBusy,
    });

  it("is given up after five refusals, on a machine that has time", async () => {
    gateway.chat = notReady;
    await expect(ask(false)).rejects.toMatchObject({ status: 503 });
    expect(gateway.asked).toHaveLength(TRIES);
  });

  it("is asked as often as it takes on a busy machine, but not again once waiting does not help", async () => {
    gateway.chat = (response) => (gateway.asked.length > TRIES ? refused(response) : notReady(response));
    await expect(ask(true)).rejects.toMatchObject({ status: 400 });
    expect(gateway.asked).toHaveLength(TRIES + 1);
  });
});
