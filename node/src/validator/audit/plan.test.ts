import { auditRow } from "@lloom/protocol/audit-reports";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import { merkleRoot } from "@lloom/protocol/merkle";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../canary/draw.ts";
import { shippedVisits, VISIT_SIZES } from "../canary/visit-source.ts";
import { findBorder } from "./border-search.ts";
import type { CanaryFinding, KeptAudit } from "./canary-answer.ts";
import { findingsOf } from "./findings.ts";
import { type Planning, planCanaries, QUIET_SECONDS, visitChance, waitChance } from "./plan.ts";

const HASH: Hex = `0x${"11".repeat(32)}`;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const offer = (executor: Address, model = "tiny") => ({
  executor,
  model,
  weightsHash: HASH,
  price: { inbound: 1n, outbound: 1n },
  isMeasured: false,
});
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => offer(`0x${index.toString(16).padStart(40, "0")}`));
const planning = (change: Partial<Planning> = {}): Planning => ({
  offers: [offer(A), offer(B)],
  trustOf: () => undefined,
  borderFor: async () => undefined,
  endSeconds: 7200n,
  nowSeconds: 3610n,
  visits: shippedVisits,
  onUnfit: () => expect.unreachable(),
  random: seededRandom(4),
  ...change,
});

describe("the canaries of an epoch", () => {
  it("come the seldomer the more an executor is trusted, and never not at all", async () => {
    expect([undefined, -1, 0, 0.5, 1, 2].map(visitChance)).toEqual([1, 1, 1, 0.5, 1 / 6, 1 / 6]);
    for (let trust = 0; trust < 1; trust += 0.01)
      expect(visitChance(trust)).toBeGreaterThanOrEqual(visitChance(trust + 0.01));
    const offers = many(600);
    const planned = await planCanaries(planning({ offers, trustOf: () => 0.75 }));
    const visited = new Set(planned.map(({ executor }) => executor)).size;
    expect(visited).toBeGreaterThan(100);
    expect(visited).toBeLessThan(200);
  });

  it("are as many as a client asks, whoever is visited: their number tells nothing of trust", async () => {
    const sizes = async (trust: number): Promise<number[]> => {
      const planned = await planCanaries(planning({ offers: many(2_000), trustOf: () => trust }));
      const visits = Map.groupBy(planned, ({ executor }) => executor);
      return [...visits.values()].map(({ length }) => length);
    };
    const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
    const [stranger, trusted] = [await sizes(0), await sizes(0.8)];
    expect(new Set(stranger)).toEqual(new Set(VISIT_SIZES));
    expect(new Set(trusted)).toEqual(new Set(VISIT_SIZES));
    expect(Math.abs(mean(stranger) - mean(trusted))).toBeLessThan(0.25);
    expect(Math.abs(mean(stranger) - mean(VISIT_SIZES))).toBeLessThan(0.25);
  });

  it("are not asked of an executor for whom there is no visit, which is told", async () => {
    const unfit: unknown[] = [];
    const visits = { ...shippedVisits, visit: () => undefined };
    expect(await planCanaries(planning({ visits, onUnfit: ({ executor }) => unfit.push(executor) }))).toEqual([]);
    expect(unfit).toEqual([A, B]);
  });

  it("come at times that are drawn from what is left of the epoch, but for its end", async () => {
    const planned = await planCanaries(planning());
    for (const executor of [A, B]) expect(planned.filter((one) => one.executor === executor).length).toBeGreaterThan(3);
    const times = planned.map(({ askAt }) => Number(askAt));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(3610);
    expect(Math.max(...times)).toBeLessThan(7200 - Number(QUIET_SECONDS));
    expect(await planCanaries(planning({ nowSeconds: 7195n }))).toEqual([]);
  });

  it("ask an executor for one model in an epoch, another one each time", async () => {
    const models = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const offers = [offer(A, "one"), offer(A, "two")];
      const planned = await planCanaries(planning({ offers, random: seededRandom(seed) }));
      const asked = new Set(planned.map(({ model }) => model));
      expect(asked.size).toBe(1);
      for (const model of asked) models.add(model);
    }
    expect(models.size).toBe(2);
  });

  it("are asked as one client asks: in a row, with the same settings, and not faster than it reads", async () => {
    const planned = await planCanaries(planning({ offers: [offer(A)], endSeconds: 3610n + 3600n }));
    const settings = planned.map(({ question: { canary } }) => JSON.stringify({ ...canary, messages: [] }));
    expect(new Set(settings).size).toBe(1);
    expect(new Set(planned.map(({ question: { canary } }) => canary.messages.at(-1)?.content)).size).toBeGreaterThan(1);
    const times = planned.map(({ askAt }) => Number(askAt));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(20);
  });

  it("come back to some of those who are trusted before they say anything, and ask the same model", async () => {
    expect([undefined, -1, 0, 0.1, 0.9].map(waitChance)).toEqual([0, 0, 0, 0.1, 0.25]);
    const waiting = async (trust: number | undefined): Promise<number> => {
      const planned = await planCanaries(planning({ offers: many(1_000), trustOf: () => trust }));
      const visits = [...Map.groupBy(planned, ({ executor }) => executor).values()];
      for (const visit of visits) expect(new Set(visit.map(({ question }) => question.waits)).size).toBe(1);
      return visits.filter(([first]) => first?.question.waits).length / visits.length;
    };
    expect([await waiting(undefined), await waiting(0)]).toEqual([0, 0]);
    expect(Math.abs((await waiting(0.5)) - 0.25)).toBeLessThan(0.06);
    const offers = [offer(A, "one"), offer(A, "two"), offer(A, "three"), offer(B)];
    const waitingOf = (executor: Address) =>
      executor === A ? { executor, epoch: 7n, model: "two", weightsHash: HASH } : undefined;
    for (let seed = 0; seed < 8; seed++)
      for (const { executor, model, question } of await planCanaries(
        planning({ offers, waitingOf, random: seededRandom(seed) }),
      ))
        expect([model, question.returnsFrom]).toEqual(executor === A ? ["two", 7n] : ["tiny", undefined]);
    const [gone] = await planCanaries(planning({ offers: [offer(A, "other")], waitingOf }));
    expect([gone?.model, gone?.question.returnsFrom]).toEqual(["other", 7n]);
  });

  it("are border inputs in part, where there are some, asked at temperature 0 and else like others", async () => {
    const border = { question: "Is it?", border: { expected: "Yes", other: "No" } };
    const offers = many(2_000);
    const planned = await planCanaries(planning({ offers, borderFor: async () => border }));
    const borders = planned.filter(({ question }) => question.border !== undefined);
    expect(borders.length / planned.length).toBeGreaterThan(0.2);
    expect(borders.length / planned.length).toBeLessThan(0.4);
    for (const { question } of borders) expect(question.canary.sampling.temperatureMilli).toBe(0);
    const limits = (from: typeof planned) => new Set(from.map(({ question }) => question.canary.maxOutboundTokens));
    expect(limits(borders)).toEqual(limits(planned));
  });
});

describe("the search for a border input", () => {
  it("takes the first question whose lead lies in the band, and gives up after a while", async () => {
    let looks = 0;
    const reference = (lead: (look: number) => number) => ({
      scoreFirst: async () => {
        looks += 1;
        return new Map([
          [1, -500],
          [2, -500 - lead(looks)],
        ]);
      },
      textOf: (_: unknown, tokens: readonly number[]) => (tokens[0] === 1 ? "Yes" : "No"),
    });
    const found = await findBorder(
      reference((look) => (look === 7 ? 300 : 9000)),
      200,
      seededRandom(1),
    );
    expect([looks, found?.border]).toEqual([7, { expected: "Yes", other: "No" }]);
    expect(
      await findBorder(
        reference(() => 9000),
        200,
        seededRandom(1),
      ),
    ).toBeUndefined();
    expect(looks).toBe(107);
  });
});

describe("what an epoch found out", () => {
  const kept = (state: KeptAudit["state"], finding?: CanaryFinding): KeptAudit =>
    ({ executor: A, model: "tiny", weightsHash: HASH, state, finding, responseHash: HASH, question: {} }) as KeptAudit;
  const outcome = (...canaries: KeptAudit[]) => findingsOf(canaries, () => HASH)[0]?.outcome;

  it("is passed for measured answers alone, and failed for one that is wrong", () => {
    expect(outcome(kept("judged", { factor: 0 }), kept("judged", {}))).toBe("passed");
    expect(outcome(kept("judged", {}))).toBe("inconclusive");
    expect(outcome(kept("judged", { factor: 0 }), kept("judged", { failure: "counts" }))).toBe("failed");
    expect(outcome(kept("unanswered"), kept("unanswered"))).toBe("unanswered");
    expect(outcome(kept("unanswered"), kept("judged", { factor: 0 }))).toBe("passed");
  });

  it("says nothing of who was not asked, or whose canaries were lost", () => {
    expect(findingsOf([kept("planned"), kept("lost")], () => HASH)).toEqual([]);
  });

  it("says nothing of whose answers wait, but what is known of them already", () => {
    const waits = { ...kept("answered"), question: { waits: true } } as KeptAudit;
    expect(findingsOf([waits, kept("unanswered")], () => HASH)).toEqual([]);
    expect(outcome(waits, kept("judged", { failure: "counts" }))).toBe("failed");
  });

  it("names its evidence by nothing that an executor could try out", () => {
    const of = (salt: Hex) => findingsOf([kept("judged", { factor: 0 })], () => salt)[0]?.evidence;
    expect(of(HASH)).not.toBe(of(ZERO_HASH));
    expect([of(HASH), of(ZERO_HASH)]).not.toContain(merkleRoot([hexToBytes(HASH)]));
  });

  it("is what the contract takes", () => {
    const canaries = [
      kept("judged", { factor: 1000, failure: "trace" }),
      kept("judged", { factor: 0 }),
      kept("unanswered"),
      kept("lost"),
    ];
    const [finding = expect.unreachable()] = findingsOf(canaries, () => HASH);
    const row = auditRow(finding);
    expect(row).toMatchObject({ outcome: 2, canaries: 3, unanswered: 1, traceFailures: 1, countFailures: 0 });
    expect(row.logLikelihood).toBe(Math.floor(1000 * (Math.log(500.5) + Math.log(0.5))));
  });
});
