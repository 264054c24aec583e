import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readTraffic } from "./traffic-file.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-traffic-"));
afterAll(() => rmSync(directory, { recursive: true }));

const chat = (change: object = {}) => ({ messages: [{ role: "user", content: "What is rain?" }], ...change });
const fileOf = (...lines: readonly (object | string)[]): string => {
  const path = join(directory, "traffic.jsonl");
  writeFileSync(path, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return path;
};
const twenty = Array.from({ length: 20 }, () => chat());

describe("a file of recorded traffic", () => {
  it("is chat requests as OpenAI's clients send them, with who asked and when if that is known", () => {
    const first = chat({ model: "m", user: "a", at: 12.5, temperature: 0, max_tokens: 9, stream: true, seed: 3 });
    const second = chat({ user: null, at: "2026-11-29T18:00:00Z" });
    const { requests, unsold } = readTraffic(fileOf(first, second, "", ...twenty));
    expect(unsold).toBe(0);
    expect(requests).toHaveLength(22);
    expect(requests[0]).toEqual({
      messages: [{ role: "user", content: "What is rain?" }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, seed: 3, stop: [], responseFormat: "text" },
      ...{ maxOutboundTokens: 9, whole: false, client: "a", atSeconds: 12.5 },
    });
    expect(requests[1]).toMatchObject({ whole: true, maxOutboundTokens: undefined, atSeconds: 1_795_975_200 });
    expect(requests[1]).not.toHaveProperty("client");
  });

  it("leaves out what this network does not sell, and says how many", () => {
    const { requests, unsold } = readTraffic(fileOf(chat({ best_of: 2 }), chat({ modalities: ["audio"] }), ...twenty));
    expect([requests.length, unsold]).toEqual([20, 2]);
  });

  it.each<[string, object | string, string]>([
    ["no JSON", "{", "line 3"],
    ["no object", "[1]", "line 3"],
    ["no messages", { model: "m" }, "messages"],
    ["a wrong field", chat({ temperature: 9 }), "temperature"],
    ["a wrong time", chat({ at: "yesterday" }), '"at"'],
    ["a wrong name", chat({ user: 7 }), '"user"'],
  ])("is refused with the line that has %s", (_, line, named) => {
    const refused = () => readTraffic(fileOf(...twenty.slice(0, 2), line, ...twenty));
    expect(refused).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(refused).toThrow("line 3");
    expect(refused).toThrow(named);
  });

  it("is refused where it is not there, or has too few visits", () => {
    const refused = expect.objectContaining({ code: "CONFIG_INVALID" });
    expect(() => readTraffic(join(directory, "none"))).toThrow(refused);
    expect(() => readTraffic(fileOf(...twenty.slice(1)))).toThrow(refused);
    expect(() => readTraffic(fileOf(...twenty.map((one) => ({ ...one, user: "same" }))))).toThrow(refused);
  });
});
