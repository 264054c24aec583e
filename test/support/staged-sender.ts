/** A sender at a server that says what a test wants, at a chain of the world or a local one. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { keccak256 } from "ethers";
import { memoryJournal, type SendJournal } from "../../node/src/chain/send/send-journal.ts";
import { type SenderOptions, TransactionSender } from "../../node/src/chain/send/sender.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { recordingLog } from "./hosts.ts";
import { type RpcScript, receiptOf, scriptedRpc } from "./scripted-rpc.ts";

export const account = identityFromSecret(new Uint8Array(32).fill(7));
const TO: Address = `0x${"cc".repeat(20)}`;
export const call = { what: "deposit 5", to: TO, data: "0x1234", gasLimit: 70_000n } as const;
export const INTENT = keccak256(`${TO}1234`);
export const EARLIER: Hex = `0x${"0b".repeat(32)}`;
export const HOUR_MS = 3_600_000;
export const WORLD = 10n;
export const LOCAL = 31337n;

export interface SenderStaging {
  readonly script?: Partial<RpcScript>;
  readonly chainId?: bigint;
  readonly journal?: SendJournal;
  readonly options?: Partial<SenderOptions>;
}

/** A sender at a scripted server that mines whatever it gets at once, unless the script says something else. */
export function stageSender({
  script = {},
  chainId = WORLD,
  journal = memoryJournal(),
  options = {},
}: SenderStaging = {}) {
  const server = scriptedRpc(script, () => void sender[Symbol.asyncDispose]());
  const { log, lines } = recordingLog();
  server.answers.receipt =
    script.receipt ?? ((hash) => (server.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null));
  server.answers.count = script.count ?? (() => server.sent.length);
  const unit = { decimals: 6, symbol: "tUSD" };
  const sender = new TransactionSender({
    ...{ provider: server.provider, account, chainId, unit, log, journal, pollMs: 1 },
    ...options,
  });
  return { ...server, sender, journal, lines };
}
export const failureOf = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
