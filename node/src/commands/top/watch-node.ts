import { existsSync } from "node:fs";
import type { TokenUnit } from "@lloom/protocol/amounts";
import { dataFile } from "../../config.ts";
import { steadyClock, wallClock } from "../../primitives/clock.ts";
import { AnswerFeed, type FeedSide } from "../../store/database/answer-feed.ts";
import type { Database } from "../../store/database/database.ts";
import { paidToken } from "../../store/database/paid-token.ts";
import { openToRead } from "../../store/database/reading.ts";
import { openSettlementLog } from "../../store/executor/settlement-log.ts";
import type { CommandContext } from "../command.ts";
import { readGauges } from "../money/running-node.ts";
import { LOG_OF, runningRoles } from "../open/running.ts";
import { reachSentence, readReach } from "../reach-words.ts";
import { wordSentence } from "../run/drain.ts";
import { readWord } from "../run/drain-files.ts";
import type { TopView } from "./lines.ts";
import { Traffic } from "./traffic.ts";

/** What is owed is summed up over all lanes. */
const OWED_EVERY_MS = 5_000;
const DAY_MS = 86_400_000;

/** A node that is looked at, by its logs and its own word; nothing is asked of the chain. */
export interface WatchedNode {
  look(): Promise<TopView>;
  /** What its amounts are in; undefined where no log says so. */
  token(): TokenUnit | undefined;
}

interface WatchedLog {
  readonly db: Database;
  readonly feed: AnswerFeed;
  readonly traffic: Traffic;
}

/** Opens the data directory's logs to read them; closed when the command ends. A log that is made later is seen then. */
export function watchNode(context: CommandContext): WatchedNode {
  const { settings } = context;
  const logs = new Map<FeedSide, WatchedLog>();
  let owed: { readonly atMs: number; readonly amount: bigint } | undefined;
  let dayMs = dayOf(wallClock());
  const logOf = (side: FeedSide, nowMs: number): WatchedLog | undefined => {
    // A new day begins with nothing.
    if (dayOf(nowMs) !== dayMs) for (const [one, { db }] of logs) logs.set(one, watchedLog(db, one, dayOf(nowMs)));
    dayMs = dayOf(nowMs);
    const path = dataFile(settings, side === "sold" ? LOG_OF.executor : LOG_OF.client);
    if (!logs.has(side) && existsSync(path)) logs.set(side, watchedLog(openToRead(path, context), side, dayMs));
    return logs.get(side);
  };
  const summed = (log: WatchedLog | undefined, nowMs: number) => {
    log?.traffic.note(log.feed.next(nowMs));
    return log?.traffic.view(nowMs);
  };
  return {
    token: () => [...logs.values()].map(({ db }) => paidToken(db)).find((token) => token !== undefined),
    look: async () => {
      const nowMs = wallClock();
      const roles = runningRoles(settings);
      const [executor, client] = [logOf("sold", nowMs), logOf("bought", nowMs)];
      const [sold, bought] = [summed(executor, nowMs), summed(client, nowMs)];
      if (executor !== undefined && (owed === undefined || steadyClock() - owed.atMs > OWED_EVERY_MS))
        owed = { atMs: steadyClock(), amount: owedIn(executor.db) };
      const names = Object.entries(roles);
      const found = readReach(settings)?.found;
      const word = names.length === 0 ? undefined : readWord(settings);
      return {
        nowMs,
        address: addressIn(executor ?? client),
        running: names.map(([role, pid]) => (pid === 0 ? role : `${role}, process ${pid}`)),
        ...{ sold, bought, owed: owed?.amount },
        gauges: (names.length === 0 ? undefined : await readGauges(context)) ?? NO_GAUGES,
        reach: found && reachSentence(found),
        draining:
          word && (word.state === "drained" ? "done; it sells again by lloom drain --undo" : wordSentence(word)),
      };
    },
  };
}

const NO_GAUGES = { peers: undefined, running: undefined, waiting: undefined };
const dayOf = (ms: number): number => ms - (ms % DAY_MS);

const watchedLog = (db: Database, side: FeedSide, dayMs: number): WatchedLog => ({
  db,
  feed: new AnswerFeed(db, side, dayMs),
  traffic: new Traffic(),
});

const owedIn = (db: Database): bigint =>
  openSettlementLog(db)
    .unsettled()
    .reduce((sum, { amountOwed }) => sum + amountOwed, 0n);

/** Whose log it is. */
function addressIn(log: WatchedLog | undefined): string | undefined {
  const { value } = log?.db.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
  return typeof value === "string" ? value.split("/")[2] : undefined;
}
