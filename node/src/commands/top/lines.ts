import { utcText } from "@lloom/protocol/utc-text";
import { tableLines } from "../market/listing.ts";
import type { NodeGauges } from "../money/running-node.ts";
import { counted, type Fact, factLines } from "../words.ts";
import type { ModelTraffic, TrafficView } from "./traffic.ts";

/** What is shown of a node. */
export interface TopView {
  readonly nowMs: number;
  readonly address: string | undefined;
  /** What runs, with its process: "executor, process 12"; empty if nothing does. */
  readonly running: readonly string[];
  /** Of the executor, and of the client or gateway, where there is a log. */
  readonly sold: TrafficView | undefined;
  readonly bought: TrafficView | undefined;
  /** The node's own word, where it serves metrics. */
  readonly gauges: NodeGauges;
  /** Base units that are not settled. */
  readonly owed: bigint | undefined;
  readonly reach: string | undefined;
  /** Where the executor drains: how far it is. */
  readonly draining: string | undefined;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** From so many columns on there is room for all of a table. */
const WIDE = 90;
const BARS = "▁▂▃▄▅▆▇█";

/** The view, in lines that fit. */
export function topLines(view: TopView, shown: (amount: bigint) => string, { columns, rows }: Screen): string[] {
  const { nowMs, address, running, sold, bought } = view;
  const what = running.length === 0 ? "nothing runs with this data directory" : running.join("; ");
  const isWide = columns >= WIDE;
  const who = address === undefined ? [] : [isWide ? address : `${address.slice(0, 8)}…${address.slice(-4)}`];
  const clock = utcText(nowMs / 1000, "iso").slice(11, 19);
  const lines = [
    [what, ...who, `${clock} UTC`].join(" · "),
    "",
    ...factLines([...soldFacts(view, shown, columns), ...boughtFacts(view, shown, columns), ...nodeFacts(view)]),
    ...[sold, bought].flatMap((traffic, index) =>
      traffic === undefined || traffic.models.length === 0
        ? []
        : ["", ...modelTable(traffic.models, { shown, isWide, heading: index === 0 ? "sold today" : "bought today" })],
    ),
  ];
  return lines.slice(0, rows).map((line) => cut(line, columns));
}

function soldFacts(view: TopView, shown: (amount: bigint) => string, columns: number): Fact[] {
  const { sold, owed, gauges, draining } = view;
  if (sold === undefined) return [];
  const { running = sold.open, waiting } = gauges;
  const queue = waiting === undefined ? "" : `, ${waiting} waiting`;
  return [
    ["Requests", `${running} running${queue}; ${answeredToday(sold)}`],
    ...speedFacts(sold, columns),
    ["Earned", `${shown(sold.cost)} today, ${shown(sold.costLastHour)} in an hour`],
    ...(owed === undefined ? [] : [["Owed", `${shown(owed)}, not settled yet`] as const]),
    ...(draining === undefined ? [] : [["Draining", draining] as const]),
  ];
}

function boughtFacts({ bought, sold }: TopView, shown: (amount: bigint) => string, columns: number): Fact[] {
  if (bought === undefined) return [];
  // An executor's key that buys too: what it sells comes first.
  const speeds = sold === undefined ? speedFacts(bought, columns) : [];
  return [
    [sold === undefined ? "Requests" : "Bought", `${bought.open} under way; ${answeredToday(bought)}`],
    ...speeds,
    ["Paid", `${shown(bought.cost)} today, ${shown(bought.costLastHour)} in an hour`],
  ];
}

const answeredToday = ({ answers, failed }: TrafficView): string =>
  `${counted(answers, "answer")} today${failed === 0 ? "" : `, ${failed} failed`}`;

function speedFacts({ outboundPerSecond, inboundPerSecond, medianMs, seconds }: TrafficView, columns: number): Fact[] {
  return [
    ["Tokens/s", `${outboundPerSecond.toFixed(1)} answered, ${inboundPerSecond.toFixed(1)} read`],
    ["Minute", bars(seconds, columns >= WIDE ? seconds.length : seconds.length / 2)],
    ["Took", medianMs === undefined ? "no answer in the last minute" : `half within ${(medianMs / 1000).toFixed(2)} s`],
  ];
}

function nodeFacts({ gauges: { peers }, reach }: TopView): Fact[] {
  return [
    ...(peers === undefined ? [] : [["Peers", `${peers} connected`] as const]),
    ...(reach === undefined ? [] : [["Reach", reach] as const]),
  ];
}

/** So many bars, each as high as its share of the highest. */
export function bars(values: readonly number[], count: number): string {
  const each = values.length / count;
  const sums = Array.from({ length: count }, (_, place) =>
    values.slice(Math.floor(place * each), Math.floor((place + 1) * each)).reduce((sum, value) => sum + value, 0),
  );
  const highest = Math.max(1, ...sums);
  return sums.map((sum) => (sum === 0 ? "·" : BARS[Math.ceil((sum / highest) * BARS.length) - 1])).join("");
}

interface Table {
  readonly shown: (amount: bigint) => string;
  readonly isWide: boolean;
  readonly heading: string;
}

function modelTable(models: readonly ModelTraffic[], { shown, isWide, heading }: Table): string[] {
  const narrow = ["tokens/s", "answers", "tokens"];
  return tableLines(
    [heading, ...narrow, ...(isWide ? ["prompt tokens", "money"] : [])],
    models.map(({ model, perSecond, answers, inboundTokens, outboundTokens, cost }) => [
      isWide ? model : cut(model, 24),
      ...[perSecond.toFixed(1), String(answers), String(outboundTokens)],
      ...(isWide ? [String(inboundTokens), shown(cost)] : []),
    ]),
  );
}

const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
