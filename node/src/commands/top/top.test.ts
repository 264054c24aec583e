import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import type { FeedAnswer } from "../../store/database/answer-feed.ts";
import { bars, type TopView, topLines } from "./lines.ts";
import { openLiveScreen } from "./live-screen.ts";
import { Traffic } from "./traffic.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const answer = (agoMs: number, change: Partial<FeedAnswer> = {}): FeedAnswer => ({
  ...{ model: "llama3.2", inboundTokens: 100, outboundTokens: 50, cost: 7n, atMs: NOW - agoMs, tookMs: 1_000 },
  ...change,
});

it("sums up a day, an hour, a minute and the last ten seconds, by model", () => {
  const traffic = new Traffic();
  traffic.note({ answers: [answer(7_200_000), answer(30_000, { tookMs: 9_000 })], failed: 1, open: 3 });
  traffic.note({ answers: [answer(500), answer(1_500, { model: "qwen3", outboundTokens: 20 })], failed: 0, open: 2 });
  const view = traffic.view(NOW);
  expect(view).toMatchObject({ answers: 4, failed: 1, open: 2, cost: 28n, costLastHour: 21n, medianMs: 1_000 });
  expect([view.outboundPerSecond, view.inboundPerSecond]).toEqual([7, 20]);
  expect(view.models.map(({ model, answers, perSecond }) => [model, answers, perSecond])).toEqual([
    ["llama3.2", 3, 5],
    ["qwen3", 1, 2],
  ]);
  expect([view.seconds.at(-1), view.seconds.at(-2), view.seconds.at(-31)]).toEqual([50, 20, 50]);
  expect(traffic.view(NOW + 3_600_000)).toMatchObject({ answers: 4, costLastHour: 0n, outboundPerSecond: 0 });
});

it("bars are as high as their share of the highest, and nothing is nothing", () => {
  expect(bars([0, 1, 4, 8], 4)).toBe("·▁▄█");
  expect(bars([0, 1, 4, 4], 2)).toBe("▁█");
  expect(bars([0, 0], 2)).toBe("··");
});

const traffic = new Traffic();
traffic.note({ answers: [answer(500, { model: "a-model-with-quite-a-long-name-0.5b-q4" })], failed: 0, open: 1 });
const VIEW: TopView = {
  ...{ nowMs: NOW, address: `0x${"ab".repeat(20)}`, running: ["executor, process 12"] },
  ...{ sold: traffic.view(NOW), bought: undefined, owed: 9n },
  gauges: { peers: 4, running: 1, waiting: 2 },
  reach: "only from this machine: all addresses of its network are on loopback",
  draining: undefined,
};
const shown = (amount: bigint): string => `${amount} units`;

it.each([40, 60, 120])("fits a terminal of %i columns, and of few rows", (columns) => {
  const lines = topLines(VIEW, shown, { columns, rows: 100 });
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(lines.join("\n")).toMatch(/Requests {2}1 running, 2 waiting/);
  expect(topLines(VIEW, shown, { columns, rows: 3 })).toHaveLength(3);
});

it("says more where there is room", () => {
  expect(topLines(VIEW, shown, { columns: 60, rows: 100 }).join("\n")).not.toContain("prompt tokens");
  const wide = topLines(VIEW, shown, { columns: 120, rows: 100 }).join("\n");
  expect(wide).toMatch(/prompt tokens {2}money\n.*long-name-0\.5b-q4 +5\.0 +1 +50 +100 +7 units/);
});

it("says when nothing runs", () => {
  const [first] = topLines({ ...VIEW, running: [] }, shown, { columns: 120, rows: 100 });
  expect(first).toMatch(/^nothing runs with this data directory/);
});

it("takes the terminal, draws again when its size changes, ends by a key, and gives it back", () => {
  const raw: boolean[] = [];
  const input = Object.assign(new EventEmitter(), {
    ...{ isTTY: true, setRawMode: (mode: boolean) => raw.push(mode), resume: () => undefined, pause: () => undefined },
  });
  const drawn: string[] = [];
  const output = Object.assign(new EventEmitter(), {
    ...{ columns: 40, rows: 10, write: (text: string) => drawn.push(text) },
  });
  const written = (): string => drawn.join("");
  {
    using screen = openLiveScreen({ input, output } as unknown as Parameters<typeof openLiveScreen>[0]);
    screen.onResize(() => screen.draw([String(screen.size.columns)]));
    output.columns = 50;
    output.emit("resize");
    expect(written()).toContain("\x1b[H50\x1b[K\x1b[J");
    input.emit("data", Buffer.from("x"));
    expect(screen.ended.aborted).toBe(false);
    input.emit("data", Buffer.from("q"));
    expect(screen.ended.aborted).toBe(true);
  }
  expect(written().startsWith("\x1b[?1049h\x1b[?25l")).toBe(true);
  expect(written().endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
  expect(raw).toEqual([true, false]);
});
