import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterAll, expect, it } from "vitest";
import { createExchange, TEST_CIPHER, TEST_DOMAIN } from "../../../../test/support/exchange.ts";
import { openExecutorLog } from "../executor/executor-log.ts";
import { AnswerFeed } from "./answer-feed.ts";
import { openDatabase } from "./database.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-feed-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const SALT: Hex = `0x${"5a".repeat(32)}`;

it("tells each answer once, when it is whole, also one that was begun looks before", () => {
  const exchange = createExchange();
  const scope = `${TEST_DOMAIN.chainId}/${TEST_DOMAIN.accounting}/${exchange.executor.address}`;
  using db = openDatabase(join(dir, "executor.sqlite"), { scope, cipher: TEST_CIPHER });
  const log = openExecutorLog(db);
  const begin = (lane: bigint, acceptedAtMs: number) => {
    const state = log.laneState(exchange.client.address, lane);
    const asked = exchange.ask(state, { lane });
    log.accept({ ...asked, acceptedAtMs });
    return (answeredAtMs: number): void => {
      const answered = exchange.answer(state, asked);
      const { requestHash } = asked;
      const delivered = Buffer.from("text");
      log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered, answeredAtMs });
      log.saveSignature(requestHash, answered.executorSignature);
    };
  };
  begin(1n, 900)(950);
  const endSlow = begin(2n, 1_000);
  begin(3n, 1_100)(1_200);
  const feed = new AnswerFeed(db, "sold", 1_000);
  // The first was whole before the time that is looked at.
  expect(feed.next(1_300)).toMatchObject({ answers: [{ atMs: 1_200, tookMs: 100 }], failed: 0, open: 1 });
  expect(feed.next(1_400)).toEqual({ answers: [], failed: 0, open: 1 });
  endSlow(1_500);
  const [slow] = feed.next(1_600).answers;
  const { receipt } = log.receipts({ limit: 1 })[0] ?? expect.fail("There are receipts.");
  expect(slow).toMatchObject({ tookMs: 500, cost: receipt.response.cumulativeCost, model: receipt.request.model });
  expect(feed.next(1_700)).toEqual({ answers: [], failed: 0, open: 0 });
});
