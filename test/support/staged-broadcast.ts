/** One broadcast of one nonce at a server that says what a test wants. */
import type { Address } from "@lloom/protocol/commitment-types";
import { Broadcast, type BroadcastOrder, type BroadcastTerms } from "../../node/src/chain/send/broadcast.ts";
import { memoryJournal, type SentCall } from "../../node/src/chain/send/send-journal.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { recordingLog } from "./hosts.ts";
import { type RpcScript, receiptOf, scriptedRpc } from "./scripted-rpc.ts";

export const account = identityFromSecret(new Uint8Array(32).fill(7));
export const TO: Address = `0x${"cc".repeat(20)}`;
export const call = { what: "deposit 5", to: TO, data: "0x1234", gasLimit: 1n } as const;
export const sentCall: SentCall = { intent: "i", nonce: 4, fromBlock: 90, hashes: [], sentAtMs: 0 };
export const FOREVER = 2 ** 52;

export interface BroadcastStaging {
  readonly script?: Partial<RpcScript>;
  readonly terms?: Partial<BroadcastTerms>;
  readonly order?: Partial<BroadcastOrder>;
}

/** A broadcast of nonce 4 at a scripted server. */
export function stageBroadcast({ script = {}, terms = {}, order = {} }: BroadcastStaging = {}) {
  const endless = new AbortController();
  const server = scriptedRpc(script, () => endless.abort());
  const { log, lines } = recordingLog();
  const journal = memoryJournal();
  const events: string[] = [];
  const write = (written: SentCall): void => {
    events.push(`write ${written.hashes.length}`);
    journal.write(written);
  };
  const noted = { ...journal, write };
  const shared = { confirmations: 1, pollMs: 0, stuckAfterMs: FOREVER, foreignDepth: 0 };
  const broadcast = new Broadcast(
    { provider: server.provider, account, chainId: 5n, journal: noted, log, ...shared, ...terms },
    {
      ...{ call, gasLimit: 60_000n, sent: sentCall, deadlineMs: FOREVER },
      onSigned: (hash) => void events.push(`signed ${hash}`),
      ...order,
      signal: AbortSignal.any([endless.signal, ...(order.signal === undefined ? [] : [order.signal])]),
    },
  );
  const { receive } = server.answers;
  server.answers.receive = (transaction, times) => {
    events.push(`sent ${transaction.hash}`);
    receive(transaction, times);
  };
  return { ...server, broadcast, journal, lines, events };
}

/** A receipt for whatever was sent last, once so many were sent. */
export const minedAfter = (staged: ReturnType<typeof stageBroadcast>, times: number): void => {
  staged.answers.receipt = (hash) =>
    staged.sent.length >= times && hash === staged.sent.at(-1)?.hash ? receiptOf(hash) : null;
};
export const hashesOf = ({ sent }: ReturnType<typeof stageBroadcast>): string[] => sent.map(({ hash }) => String(hash));
