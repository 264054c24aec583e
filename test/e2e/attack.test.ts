import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as audit from "../support/attack/audit.ts";
import { LIES } from "../support/attack/liar.ts";
import { MAY_STAY, MIB } from "../support/attack/memory.ts";
import { type Attacked, attack } from "../support/attack/run.ts";
import { type Stage, setStage } from "../support/attack/stage.ts";
import { tally } from "../support/attack/verdict.ts";
import { secretsInLogs } from "../support/log-secrets.ts";

/** Some minutes; more on a machine that does other things too. */
const WHOLE_MS = 1_200_000;
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const LEAST_PROCESSES = 20;
/** Of the questions that an honest executor could have answered. */
const LEAST_RIGHT = 0.99;

describe(`15 honest executors among 5 liars, 1000 keys that flood, a flaky RPC and kill -9 (SEED=${seed})`, () => {
  const stack = new AsyncDisposableStack();
  let stage: Stage;
  let attacked: Attacked;
  let counts: ReturnType<typeof tally>;

  beforeAll(async () => {
    stage = stack.use(await setStage(seed));
    attacked = await attack(stage, seed).catch((cause: unknown) => {
      throw new Error(`The attack broke off. The network said:\n${stage.told.join("\n")}`, { cause });
    });
    counts = tally(attacked, stage.executors);
    console.log(summary());
  }, WHOLE_MS);
  afterAll(() => stack.disposeAsync());

  const summary = (): string => {
    const { kills, deeds, flooded, memory, books } = attacked;
    const lies = deeds.reduce((sum, deed) => sum + deed.lies, 0);
    const shown = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
    const sizes = memory.map(
      ({ name, before, peak, after }) =>
        `${name} held ${shown(before)} and then ${shown(after)}, with ${shown(peak)} resident at most`,
    );
    const failures = attacked.asked.flatMap(({ failure, isStreamed, beganMs, endedMs }) =>
      failure === undefined
        ? []
        : `${failure}${isStreamed ? " (streamed)" : ""} after ${((endedMs - beganMs) / 1000).toFixed(1)} s`,
    );
    return [
      `answers: ${JSON.stringify(counts)}; failures: ${failures.join(", ") || "none"}`,
      `${lies} lies, ${kills.length} kills, ${flooded?.gossiped} offers gossiped through ${flooded?.opened} hosts and ${flooded?.told} told`,
      `${books.settled.length} lanes settled; ${sizes.join("; ")}`,
      `${attacked.processes} processes of the network`,
      stage.timings.table(),
    ].join("\n");
  };

  it("was an attack: everybody lied, keys flooded, processes died", () => {
    for (const lie of LIES) {
      const lies = attacked.deeds.filter((deed) => deed.lie === lie).map((deed) => deed.lies);
      expect(Math.max(0, ...lies), lie).toBeGreaterThan(0);
    }
    expect(attacked.flooded?.gossiped).toBeGreaterThan(100);
    expect(attacked.flooded?.told).toBeGreaterThan(1000);
    expect(attacked.kills.length).toBeGreaterThan(4);
  });

  it("met a network of at least 20 processes, each with hosts of its own: 19 honest ones, the liars' and the flood's", () => {
    expect(attacked.processes).toBeGreaterThanOrEqual(LEAST_PROCESSES);
  });

  it("gives clients the answers that an honest executor could have given, and no others", () => {
    const { right, failed, liarBegan, wrong } = counts;
    expect(wrong).toBe(0);
    expect(right / (right + failed + liarBegan), summary()).toBeGreaterThanOrEqual(LEAST_RIGHT);
  });

  it("costs a client one stream for each liar at most", () => {
    expect(counts.liarBegan).toBeLessThanOrEqual(LIES.length * stage.gateways.length);
  });

  it("leaves every unit of the clients in place: free, in channels, or paid", () => {
    expect(audit.lostDeposits(attacked.books)).toEqual([]);
  });

  it("pays no answer twice, and each what its counts cost", () => {
    expect(audit.paidTwice(attacked.books)).toEqual([]);
    expect(audit.miscounted(attacked.books)).toEqual([]);
    expect(audit.strayReceipts(attacked.books)).toEqual([]);
    const receipts = attacked.asked.flatMap(({ receipt }) => receipt?.requestHash ?? []);
    expect(new Set(receipts).size).toBe(receipts.length);
  });

  it("pays liars for right answers, and at most the cap of a request for a lie", () => {
    expect(audit.believedLies(attacked.books, attacked.deeds)).toEqual([]);
    expect(audit.overpaid(attacked.books, attacked.deeds)).toEqual([]);
  });

  it("takes nothing from honest executors, and leaves no proof against them", () => {
    expect(audit.harmed(attacked.books)).toEqual([]);
    expect(audit.incriminated(attacked.books)).toEqual([]);
    for (const { name, earnings } of attacked.books.executors) expect(attacked.matured.get(name), name).toBe(earnings);
  });

  it("holds the escrow's tokens for somebody, to the last unit", () => {
    const { clients, settled, escrow } = attacked.books;
    const free = clients.reduce((sum, { deposit, channels }) => sum + deposit + channels, 0n);
    const paid = settled.reduce((sum, pair) => sum + pair.paid, 0n);
    expect(free + paid).toBe(escrow);
  });

  it("leaves no question, no key and no password in any log", () => {
    expect(secretsInLogs(stage.devnet.logDir, ["what does gateway"])).toEqual([]);
  });

  it("gives memory back, and still knows everybody honest", () => {
    for (const { name, before, after } of attacked.memory) expect(after - before, name).toBeLessThan(MAY_STAY);
    for (const offered of attacked.offered) expect(offered).toBeGreaterThanOrEqual(stage.executors.length);
  });
});
