import { describe, expect, it } from "vitest";
import { seededRandom } from "./draw.ts";
import { MOST_QUESTIONS, type RecordedRequest, recordedVisits, visitsOf } from "./recorded-visits.ts";

const request = (content: string, change: Partial<RecordedRequest> = {}): RecordedRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  ...{ maxOutboundTokens: 10, whole: true },
  ...change,
});
const asked = (visit: { readonly canaries: readonly Pick<RecordedRequest, "messages">[] } | undefined) =>
  visit?.canaries.map(({ messages }) => messages.at(-1)?.content);
const source = (requests: readonly RecordedRequest[], onUsedUp = (): void => expect.unreachable()) =>
  recordedVisits({ requests, usualMaxTokens: 1024, onUsedUp });

describe("recorded visits", () => {
  it("are rows of one client's requests, in order, ended by a long pause", () => {
    const rows = visitsOf([
      request("b2", { client: "b", atSeconds: 60 }),
      request("a1", { client: "a", atSeconds: 0 }),
      request("b1", { client: "b", atSeconds: 10 }),
      request("a2", { client: "a", atSeconds: 1_801 }),
      request("alone"),
      request("c1", { client: "c" }),
      request("c2", { client: "c" }),
    ]);
    expect(rows.map((row) => row.map(({ messages }) => messages[0]?.content))).toEqual([
      ["b1", "b2"],
      ["a1"],
      ["a2"],
      ["alone"],
      ["c1", "c2"],
    ]);
  });

  it("keep their settings and pauses; where no times were noted, pauses are drawn", () => {
    const sampling = { ...request("").sampling, temperatureMilli: 700, seed: 5 };
    const noted = source([
      request("one", { client: "a", atSeconds: 5, sampling, whole: false }),
      request("two", { client: "a", atSeconds: 47 }),
    ]).visit(undefined, seededRandom(1));
    expect(noted?.canaries[0]).toEqual({
      ...{ messages: [{ role: "user", content: "one" }], sampling, maxOutboundTokens: 10, whole: false },
    });
    expect([noted?.gaps(), noted?.gaps()]).toEqual([[42], [42]]);
    const drawn = source([request("one", { client: "a" }), request("two", { client: "a" })]).visit(
      undefined,
      seededRandom(1),
    );
    expect(drawn?.gaps()).not.toEqual(drawn?.gaps());
  });

  it("come once each, before any of them comes again, which is told", () => {
    let usedUp = 0;
    const visits = source(
      Array.from({ length: 30 }, (_, index) => request(`question ${index}`)),
      () => {
        usedUp += 1;
      },
    );
    const random = seededRandom(2);
    const first = Array.from({ length: 30 }, () => asked(visits.visit(undefined, random))?.[0]);
    expect(new Set(first).size).toBe(30);
    expect(usedUp).toBe(0);
    expect(asked(visits.visit(undefined, random))?.[0]).toMatch(/^question/);
    expect(usedUp).toBe(1);
  });

  it("fit into the model's context, by their bytes and limits, or there is none", () => {
    const long = request("x".repeat(3_000), { client: "a" });
    const visits = source([long, request("y", { client: "a" }), request("short", { client: "b" })], () => undefined);
    for (let draw = 0; draw < 5; draw++) expect(asked(visits.visit(512n, seededRandom(draw)))).toEqual(["short"]);
    expect(visits.visit(32n, seededRandom(1))).toBeUndefined();
    expect(asked(source([long]).visit(4096n, seededRandom(1)))).toHaveLength(1);
  });

  it("give a request without a limit the usual one, or half of the context", () => {
    const limits = (maxContext: bigint | undefined) =>
      source([request("short", { maxOutboundTokens: undefined })]).visit(maxContext, seededRandom(1))?.canaries[0]
        ?.maxOutboundTokens;
    expect([limits(512n), limits(8192n), limits(undefined)]).toEqual([256, 1024, 1024]);
  });

  it("are cut where they are too long, and look for border inputs among questions that stand alone", () => {
    const many = Array.from({ length: 40 }, (_, index) => request(`q${index}`, { client: "a", atSeconds: index }));
    expect(asked(source(many).visit(undefined, seededRandom(1)))).toHaveLength(MOST_QUESTIONS);
    const system = { role: "system", content: "Be brief." } as const;
    const mixed = source([
      request("alone"),
      { ...request("x"), messages: [system, { role: "user", content: "with" }] },
    ]);
    for (let draw = 0; draw < 9; draw++) expect(mixed.question(seededRandom(draw))).toBe("alone");
    expect(source([{ ...request("x"), messages: [system] }]).question(seededRandom(1))).toBeUndefined();
  });
});
