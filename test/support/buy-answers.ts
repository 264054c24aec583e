import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import { deposit, faucet } from "../../node/src/chain/account/actions.ts";
import type { Chain } from "../../node/src/chain/chain.ts";
import { createClient } from "../../node/src/client/client.ts";
import { createLog } from "../../node/src/log.ts";
import { createHost } from "../../node/src/p2p/host/host.ts";
import { openClientLog } from "../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { seededRandom } from "../../node/src/validator/canary/draw.ts";
import { drawCanary } from "../../node/src/validator/canary/draw-canary.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";

const log = createLog({ level: "silent", name: "test" });
const DEPOSIT = 10_000_000n;
const TRIES = 20;

/** Somebody without tokens takes some and buys answers of the shipped model from one executor, one after the other. */
export async function buyAnswers(asked: {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly bootstrap: string;
  readonly executor: Address;
  readonly answers: number;
}): Promise<Receipt[]> {
  const { identity, chain, bootstrap, executor, answers } = asked;
  await using stack = new AsyncDisposableStack();
  await faucet(chain);
  await deposit(chain, DEPOSIT);
  const directory = mkdtempSync(join(tmpdir(), "lloom-buyer-"));
  const cipher = createTextCipher(identity.secret);
  const store = openClientLog(stack.use(openDatabase(join(directory, "client.sqlite"), { cipher })));
  const host = stack.use(
    await createHost({
      ...{ secret: identity.secret, network: chain.network, listen: ["/ip4/127.0.0.1/tcp/0"] },
      ...{ bootstrap: bootstrap.split(","), dhtServer: false, log },
    }),
  );
  const client = stack.use(await createClient({ identity, chain, store, host, log }, { exploration: 0 }));
  const receipts: Receipt[] = [];
  for (let number = 0, tries = 0; receipts.length < answers && tries < TRIES; tries++) {
    const question = { ...drawCanary(seededRandom(3, number)), maxOutboundTokens: 24 };
    try {
      for await (const event of client.ask({ ...question, model: "lloom-tiny", executor }, AbortSignal.timeout(60_000)))
        if (event.type === "end") receipts.push(event.receipt);
      number += 1;
    } catch (thrown) {
      // A busy machine may be slow to answer, or the offers not be here yet.
      if (tries === TRIES - 1) throw thrown;
    }
  }
  return receipts;
}
