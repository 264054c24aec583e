import { clientsSeen, executorsSeen } from "./account-rows.ts";
import { isValidator } from "./member-rows.ts";
import { grouped, type Past, sum, type TableRow, text } from "./past.ts";
import type { Happened } from "./read-events.ts";
import { auditsOf, workOf } from "./sums.ts";

export const DAY = 86_400;
const HOUR = 3_600;
const startOf = (timestamp: number, step: number): number => Math.floor(timestamp / step) * step;

/** Sums of amounts by column: of which events, and which of their arguments. */
const AMOUNTS: Readonly<Record<string, readonly [string, string]>> = {
  deposited: ["Deposited", "amount"],
  clientWithdrawn: ["Withdrawn", "amount"],
  earningsWithdrawn: ["EarningsWithdrawn", "amount"],
  staked: ["Staked", "amount"],
  unbonded: ["UnbondRequested", "amount"],
  tailRefunded: ["TailRefunded", "amount"],
  slashed: ["Slashed", "taken"],
  rewardsWithdrawn: ["RewardsWithdrawn", "amount"],
};
const COUNTS: Readonly<Record<string, readonly string[]>> = {
  faultProofCount: ["EquivocationProven", "OfferEquivocationProven"],
  deliveryDisputeCount: ["DeliveryOpened"],
  measuredDisputeCount: ["MeasuredOpened"],
};
const OTHERS = ["LaneSettled", "ExecutorAudited"] as const;

/** What the network did in each day or hour in which it did anything. */
function networkBuckets(past: Past, column: "day" | "hour", step: number): TableRow[] {
  const counted = [...Object.values(AMOUNTS).map(([name]) => name), ...Object.values(COUNTS).flat(), ...OTHERS];
  const events = Map.groupBy(past.of(...counted), ({ timestamp }) => startOf(timestamp, step));
  const seenIn = (seen: ReadonlyMap<string, number>) =>
    Map.groupBy(seen.values(), (timestamp) => startOf(timestamp, step));
  const [clients, executors] = [seenIn(clientsSeen(past)), seenIn(executorsSeen(past))];
  const starts = new Set([...events.keys(), ...clients.keys(), ...executors.keys()]);
  return [...starts].map((start) => {
    const own = (...names: readonly string[]) => (events.get(start) ?? []).filter(({ name }) => names.includes(name));
    return {
      [column]: start,
      newClients: clients.get(start)?.length ?? 0,
      newExecutors: executors.get(start)?.length ?? 0,
      ...workOf(own("LaneSettled")),
      ...Object.fromEntries(
        Object.entries(AMOUNTS).map(([name, [event, argument]]) => [name, sum(own(event), argument)]),
      ),
      ...Object.fromEntries(Object.entries(COUNTS).map(([name, events_]) => [name, own(...events_).length])),
      ...auditsOf(own("ExecutorAudited")),
    };
  });
}

export const networkDayRows = (past: Past): TableRow[] => networkBuckets(past, "day", DAY);
export const networkHourRows = (past: Past): TableRow[] => networkBuckets(past, "hour", HOUR);

/** By an account or model, and day. */
function byDay(events: readonly Happened[], argument: (event: Happened) => string): [string, number, Happened[]][] {
  const groups = Map.groupBy(events, (event) => `${argument(event)} ${startOf(event.timestamp, DAY)}`);
  return [...groups].map(([key, own]) => {
    const [account = "", day] = key.split(" ");
    return [account, Number(day), own];
  });
}

export function executorDayRows(past: Past): TableRow[] {
  const slashed = past.of("Slashed").filter((event) => !isValidator(past, text(event, "member"), event));
  const events = [...past.of("LaneSettled", "TailRefunded", "ExecutorAudited"), ...slashed];
  const whose = (event: Happened) => text(event, event.name === "Slashed" ? "member" : "executor");
  return byDay(events, whose).map(([executorAddress, day, all]) => {
    const own = (wanted: string) => all.filter(({ name }) => name === wanted);
    return {
      executorAddress,
      day,
      ...workOf(own("LaneSettled")),
      tailRefunded: sum(own("TailRefunded"), "amount"),
      slashed: sum(own("Slashed"), "taken"),
      ...auditsOf(own("ExecutorAudited")),
    };
  });
}

export const clientDayRows = (past: Past): TableRow[] =>
  byDay(past.of("LaneSettled"), (event) => text(event, "client")).map(([clientAddress, day, own]) => ({
    clientAddress,
    day,
    ...workOf(own),
  }));

export const modelDayRows = (past: Past): TableRow[] =>
  grouped(past.of("LaneSettled"), "model").flatMap((settled) =>
    byDay(settled, (event) => text(event, "model")).map(([modelHash, day, own]) => ({
      modelHash,
      day,
      ...workOf(own),
    })),
  );
