// The process that node/src/store/crash.test.ts kills. It serves answers without end, each step by the log's own methods, and tells every
// step once the disk has it: what was told must be there after the kill.
//
// usage: node store-crash.ts DATABASE [STOP_AFTER]     STOP_AFTER: a step; the process then waits to be killed
import { writeSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { advance } from "@lloom/protocol/lane";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { createExchange, TEST_CIPHER } from "./exchange.ts";

const [, , path = "", stopAfter] = process.argv;
const exchange = createExchange();
const contentSalt: Hex = `0x${"5a".repeat(32)}`;
const db = openDatabase(path, { cipher: TEST_CIPHER });
const log = openExecutorLog(db);

async function tell(step: string, requestHash: Hex, lane: bigint): Promise<void> {
  await log.onDisk();
  writeSync(1, `${step} ${requestHash} ${lane}\n`);
  if (step !== stopAfter) return;
  // Blocks this thread for ever: nothing runs until the kill.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

for (let turn = 0; ; turn++) {
  const lane = BigInt(turn % 3);
  const state = log.laneState(exchange.client.address, lane);
  const asked = exchange.ask(state, { lane, promptHash: `0x${turn.toString(16).padStart(64, "0")}` });
  const { requestHash } = asked;
  const answered = exchange.answer(state, asked, { outbound: BigInt(1 + (turn % 500)) });
  log.accept({ ...asked, acceptedAtMs: turn });
  await tell("accepted", requestHash, lane);
  const delivered = Buffer.from(`answer to ${requestHash}`);
  log.saveAnswer({ requestHash, ...answered, contentSalt, delivered, answeredAtMs: turn });
  await tell("answered", requestHash, lane);
  log.saveSignature(requestHash, exchange.executor.sign(answered.responseHash));
  await tell("signed", requestHash, lane);
  const { nonce } = advance(state, answered.response, answered.responseHash);
  log.markSettling([{ client: exchange.client.address, lane, nonce }]);
  await tell("settling", requestHash, lane);
}
