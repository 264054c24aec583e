import { join } from "node:path";
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { connect } from "./chain.ts";
import type { Parties } from "./disputed-answer.ts";
import { createExchange } from "./exchange.ts";

/** Dear, so that one answer is worth something: base units for a million tokens. */
const PRICE = 5_000_000_000n;
const SALT: Hex = `0x${"5a".repeat(32)}`;

/** What can be asked of an executor that does not run, and its log. */
async function openOwn({ chain, deployment, client, executor }: Parties) {
  const provider = connect(chain.rpcUrl);
  const { timestamp } = (await provider.getBlock("latest")) ?? { timestamp: 0 };
  provider.destroy();
  const domain = { chainId: 31337n, accounting: deployment.accounting };
  const deadline = BigInt(timestamp) + 600n;
  const exchange = createExchange({ domain, client: client.identity, executor: executor.identity, deadline });
  const file = openDatabase(join(executor.dataDir, "executor.sqlite"), {
    scope: `31337/${deployment.accounting}/${executor.address}`,
    cipher: createTextCipher(executor.identity.secret),
  });
  return { exchange, store: openExecutorLog(file), [Symbol.dispose]: () => file[Symbol.dispose]() };
}

/** A request that is being answered, in a lane of its own, until it fails. */
export async function acceptedRequest(
  parties: Parties,
  lane: bigint,
  costCap: bigint,
): Promise<{ fail(): Promise<void> }> {
  using own = await openOwn(parties);
  const { request, requestHash, clientSignature } = own.exchange.ask(EMPTY_LANE, { lane, costCap });
  own.store.accept({ request, requestHash, clientSignature, acceptedAtMs: Date.now() });
  return {
    fail: async () => {
      using again = await openOwn(parties);
      again.store.fail(requestHash, "CANCELLED");
    },
  };
}

/** An answer in the log of an executor that does not run, in a lane of its own: owed, and not settled. */
export async function owedAnswer(parties: Parties, lane: bigint, inboundPrice = PRICE): Promise<Receipt> {
  using own = await openOwn(parties);
  const { exchange, store } = own;
  const { request, requestHash, clientSignature } = exchange.ask(EMPTY_LANE, { lane, inboundPrice });
  const asked = { request, requestHash, clientSignature };
  const { response, responseHash, executorSignature } = exchange.answer(EMPTY_LANE, asked);
  const nowMs = Date.now();
  store.accept({ ...asked, acceptedAtMs: nowMs });
  store.saveAnswer({
    ...{ requestHash, response, responseHash, contentSalt: SALT, delivered: new Uint8Array(), answeredAtMs: nowMs },
  });
  store.saveSignature(requestHash, executorSignature);
  return { request, response, clientSignature, executorSignature };
}
