/** Trust by the day as an SVG, in colours that are told apart on light and on dark pages. */
import type { Day } from "./run-scenario.ts";

/** A line of the plot. */
export interface Line {
  readonly label: string;
  readonly color: string;
  readonly points: readonly { readonly day: number; readonly trust: number }[];
}

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND] = [860, 420, 44, 16, 36, 270];
const PLOT_WIDTH = WIDTH - LEFT - LEGEND;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
const GREY = "#808080";

/** The honest as a band from the 5th to the 95th hundredth with its middle, and the lines above it. */
export function trustPlot({
  honest,
  lines,
}: {
  readonly honest: readonly Day[];
  readonly lines: readonly Line[];
}): string {
  const last = Math.max(...honest.map(({ day }) => day));
  const at = (day: number, trust: number): string =>
    `${(LEFT + (day / last) * PLOT_WIDTH).toFixed(1)},${(TOP + (1 - trust) * PLOT_HEIGHT).toFixed(1)}`;
  const upper = honest.map((day) => at(day.day, day.honest[2]));
  const lower = honest.map((day) => at(day.day, day.honest[0])).reverse();
  const middle = honest.map((day) => at(day.day, day.honest[1]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    "<title>Trust of honest executors and of attackers by the day</title>",
    ...grid(last, at),
    `<polygon points="${[...upper, ...lower].join(" ")}" fill="${GREY}" fill-opacity="0.25"/>`,
    `<polyline points="${middle.join(" ")}" fill="none" stroke="${GREY}" stroke-width="2"/>`,
    ...legendOf({ label: "honest: median, 5 to 95 %", color: GREY }, 0),
    ...lines.flatMap(({ label, color, points }, index) => [
      `<polyline points="${points.map(({ day, trust }) => at(day, trust)).join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...legendOf({ label, color }, index + 1),
    ]),
    "</svg>",
    "",
  ].join("\n");
}

function grid(last: number, at: (day: number, trust: number) => string): string[] {
  const lines = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((trust) => [
    `<polyline points="${at(0, trust)} ${at(last, trust)}" fill="none" stroke="${GREY}" stroke-opacity="0.3"/>`,
    textAt(at(0, trust), { text: trust.toFixed(1), dx: -30, dy: 4 }),
  ]);
  const days = [0, 15, 30, 45, 60].filter((day) => day <= last);
  return [...lines, ...days.map((day) => textAt(at(day, 0), { text: `day ${day}`, dx: -16, dy: 20 }))];
}

function textAt(
  point: string,
  { text, dx, dy }: { readonly text: string; readonly dx: number; readonly dy: number },
): string {
  const [x = 0, y = 0] = point.split(",").map(Number);
  return `<text x="${x + dx}" y="${y + dy}" fill="${GREY}">${text}</text>`;
}

function legendOf({ label, color }: Pick<Line, "label" | "color">, index: number): string[] {
  const [x, y] = [LEFT + PLOT_WIDTH + 16, TOP + 14 + 24 * index];
  return [
    `<line x1="${x}" y1="${y}" x2="${x + 22}" y2="${y}" stroke="${color}" stroke-width="3"/>`,
    `<text x="${x + 30}" y="${y + 4}" fill="${GREY}">${label}</text>`,
  ];
}
