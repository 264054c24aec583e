import { jsonText } from "@lloom/protocol/json-text";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { afterEach, expect, test, vi } from "vitest";
import { provenAnswer } from "../../../protocol/test/proven-answer.ts";
import { examineReceiptFile } from "../verify/examine.ts";
import { askGateway, gatewayModels, gatewayUrl } from "./gateway-way.ts";

const GATEWAY = { url: "https://g.example", key: "sk-1" };
const MESSAGES = [{ role: "user" as const, content: "Why?" }];
const { receipt, content } = provenAnswer(MESSAGES, "Because.");

afterEach(() => vi.unstubAllGlobals());

/** A gateway that answers with these bytes, in pieces of seven. */
function answering(text: string, status = 200): { readonly asked: { url: string; init: RequestInit }[] } {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal("location", { origin: "https://explorer.example" });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.subarray(at, at + 7));
        controller.close();
      },
    });
    return new Response(body, { status });
  });
  return { asked };
}

const ask = () =>
  Array.fromAsync(askGateway(GATEWAY, { model: "m", messages: MESSAGES, maxTokens: 9 }, new AbortController().signal));

test("an answer comes in pieces, with a receipt that holds what this page asked and got", async () => {
  const salts = { prompt: { salt: content.prompt?.salt }, answer: { salt: content.answer?.salt } };
  const facts = { receipt: receiptFileToData(receipt, salts as typeof content) };
  const chunks = [
    { choices: [{ delta: { role: "assistant" } }] },
    { choices: [{ delta: { content: "Beca" } }] },
    { choices: [{ delta: { content: "use." } }] },
    { choices: [], lloom: facts },
  ];
  const { asked } = answering(
    [...chunks.map((one) => jsonText(one)), "[DONE]"].map((data) => `data: ${data}\r\n\r\n`).join(""),
  );
  const events = await ask();
  expect(events.map(({ type }) => type)).toEqual(["executor", "text", "text", "receipt"]);
  const last = events.at(-1);
  if (last?.type !== "receipt") throw new Error("no receipt");
  expect(examineReceiptFile(last.file, []).lines.filter(({ state }) => state !== "right")).toEqual([]);
  expect(asked[0]).toMatchObject({
    url: "https://g.example/v1/chat/completions",
    init: { headers: { authorization: "Bearer sk-1" }, credentials: "omit" },
  });
});

test("what a gateway refuses, and one that does not let the page in, is told with a next step", async () => {
  answering('{"error":{"message":"No such key."}}', 401);
  await expect(ask()).rejects.toMatchObject({
    message: "The gateway answered with status 401: No such key.",
    next: expect.stringContaining("lloom keys create"),
  });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(gatewayModels(GATEWAY)).rejects.toMatchObject({
    next: expect.stringContaining("--cors-origin https://explorer.example"),
  });
  answering('data: {"error":{"message":"It broke."}}\n\n');
  await expect(ask()).rejects.toThrow("The gateway says: It broke.");
});

test("an address is taken as people paste it", () => {
  expect(gatewayUrl(" https://g.example/v1/ ")).toBe("https://g.example");
  expect(gatewayUrl("http://127.0.0.1:8080")).toBe("http://127.0.0.1:8080");
  expect(gatewayUrl("https://g.example/team/v1")).toBe("https://g.example/team");
  for (const none of ["", "g.example", "ftp://g.example", "https://*.example"])
    expect(gatewayUrl(none)).toBeUndefined();
});
