import { existsSync, readFileSync } from "node:fs";
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { expect, test } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { createExchange } from "../../../../test/support/exchange.ts";
import type { Database } from "../database/database.ts";
import { type ClientLog, openClientLog } from "./client-log.ts";
import type { NoticedCount } from "./wrong-counts.ts";

const SALT: Hex = `0x${"a1".repeat(32)}`;
const SECRET = "What only the client and its executor know. ";
const exchange = createExchange();
let path: string;
let db: Database;
let log: ClientLog;
const { reopen } = databaseOfEachTest((opened, at) => {
  db = opened;
  log = openClientLog(opened);
  path = at;
});

/** A refused answer: its lane is retired, as the client does. */
function refuse(sentAtMs: number): NoticedCount {
  const { lane, state } = log.reserveLane(exchange.executor.address);
  const { requestHash, request, clientSignature: signature } = exchange.ask(state, { lane });
  log.saveRequest({ requestHash, request, signature, promptSalt: SALT, sentAtMs });
  const { response, responseHash, executorSignature } = exchange.answer(state, {
    requestHash,
    request,
    clientSignature: signature,
  });
  const noticed: NoticedCount = {
    ...{ requestHash, response, responseHash, executorSignature, contentSalt: SALT, noticedAtMs: sentAtMs + 1 },
    counts: { inboundTokens: 3, outboundTokens: 4 },
    opened: {
      messages: [{ role: "user", content: SECRET.repeat(2000) }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      ...{ weightsHash: ZERO_HASH, profileHash: ZERO_HASH, offerHash: ZERO_HASH, text: SECRET },
    },
  };
  log.saveWrongCount(noticed);
  log.retireLane(request.executor, lane, "RESPONSE_INVALID");
  return noticed;
}

const onDisk = (): number =>
  [path, `${path}-wal`].filter(existsSync).filter((file) => readFileSync(file).includes(SECRET)).length;

test("keeps all that a dispute about counts takes, readable with the key alone", () => {
  const { executorSignature, response, ...noticed } = refuse(1000);
  db[Symbol.dispose]();
  expect(onDisk()).toBe(0);
  reopen();
  const [kept] = log.wrongCounts(10);
  expect(kept).toMatchObject({ ...noticed, promptSalt: SALT, receipt: { response, executorSignature } });
  expect(kept && exchange.hasher.hashRequest(kept.receipt.request)).toBe(noticed.requestHash);
});

test("gives the newest first, each once", () => {
  const [older, newer] = [refuse(1000), refuse(2000)];
  log.saveWrongCount(newer);
  expect(log.wrongCounts(10).map(({ requestHash }) => requestHash)).toEqual([newer.requestHash, older.requestHash]);
  expect(log.wrongCounts(1)).toHaveLength(1);
});

test("forgets them with their requests", () => {
  const [, kept] = [refuse(1000), refuse(9000)];
  log.prune(5000);
  expect(log.wrongCounts(10).map(({ requestHash }) => requestHash)).toEqual([kept.requestHash]);
  expect(db.all("SELECT * FROM wrong_counts")).toHaveLength(1);
});
