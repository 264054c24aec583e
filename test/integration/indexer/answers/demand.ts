import type { RawEvent } from "../raw-logs.ts";
import { type Answer, amount, DAY, grouped, MILLION, named, paidBy, periodOf, sumOf, text } from "./rows-of-logs.ts";

const MONTH = 30 * DAY;
const tokensOf = (event: RawEvent): bigint => amount(event, "inboundTokens") + amount(event, "outboundTokens");
const different = (events: readonly RawEvent[], argument: string): number =>
  new Set(events.map((event) => text(event, argument))).size;

export const DEMAND: Readonly<Record<string, Answer>> = {
  "Clients that came back after 30 days": {
    rows: (past) => {
      const clients = grouped(named(past, "LaneSettled"), (event) => text(event, "client"));
      const cameBack = clients.filter(([, its]) => {
        const times = its.map(({ timestamp }) => timestamp);
        return Math.max(...times) >= Math.min(...times) + MONTH;
      });
      return [{ clients: clients.length, cameBack: cameBack.length }];
    },
  },
  "Daily and weekly actives": {
    given: () => [7 * DAY],
    rows: (past) =>
      grouped(named(past, "LaneSettled"), ({ timestamp }) => String(periodOf(timestamp, 7 * DAY)).padStart(12)).map(
        ([from, its]) => ({
          from: Number(from),
          clients: different(its, "client"),
          executors: different(its, "executor"),
        }),
      ),
  },
  "Price of each model over time": {
    rows: (past) => {
      const dayOf = ({ timestamp }: RawEvent) => String(timestamp - (timestamp % DAY)).padStart(12);
      const days = grouped(named(past, "LaneSettled"), (event) => `${text(event, "model")} ${dayOf(event)}`);
      return days.flatMap(([key, its]) => {
        const [paid, tokens] = [sumOf(its, paidBy), sumOf(its, tokensOf)];
        if (tokens === 0n) return [];
        const [modelHash = "", day] = key.split(/ +/);
        return [{ modelHash, day: Number(day), price: String((paid * MILLION) / tokens), paid: String(paid) }];
      });
    },
  },
  "Tokens in against tokens out, per model": {
    rows: (past) =>
      grouped(named(past, "LaneSettled"), (event) => text(event, "model")).map(([hash, its]) => ({
        hash,
        requests: String(sumOf(its, (event) => amount(event, "requests"))),
        inboundTokens: String(sumOf(its, (event) => amount(event, "inboundTokens"))),
        outboundTokens: String(sumOf(its, (event) => amount(event, "outboundTokens"))),
      })),
  },
};
