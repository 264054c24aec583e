import { existsSync } from "node:fs";
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { type FileContent, type ReceiptFileData, receiptFileToData } from "@lloom/protocol/receipt-file";
import { dataFile } from "../../config.ts";
import { ownReceipts } from "../../store/client/own-receipts.ts";
import type { Database } from "../../store/database/database.ts";
import { openToRead } from "../../store/database/reading.ts";
import { servedReceipts } from "../../store/executor/served-receipts.ts";
import type { CommandContext } from "../command.ts";

/** A receipt in a log of this data directory. */
export interface KeptReceipt {
  /** Whether this key bought the answer or sold it. */
  readonly side: "bought" | "sold";
  readonly requestHash: Hex;
  readonly receipt: Receipt;
  readonly atMs: number;
  /** What opens its hashes, as far as the log is read without a password: salts, no texts. */
  readonly content: FileContent;
  readonly domain: { readonly chainId: bigint; readonly accounting: Address };
}

interface Kept extends Pick<KeptReceipt, "requestHash" | "receipt" | "atMs" | "content"> {
  readonly cursor: number;
}

const PAGE = 1_000;
const SIDES: readonly {
  readonly side: KeptReceipt["side"];
  readonly file: string;
  readonly page: (log: Database, before: number | undefined) => readonly Kept[];
}[] = [
  {
    side: "bought",
    file: "client.sqlite",
    page: (log, before) =>
      ownReceipts(log, { limit: PAGE, ...(before === undefined ? {} : { before }) }).map((one) => ({
        ...{ requestHash: one.requestHash, receipt: one.receipt, atMs: one.receivedAtMs, cursor: one.cursor },
        content: { prompt: { salt: one.promptSalt }, answer: { salt: one.contentSalt } },
      })),
  },
  {
    side: "sold",
    file: "executor.sqlite",
    page: (log, before) =>
      servedReceipts(log, { limit: PAGE, ...(before === undefined ? {} : { before }) }).map((one) => ({
        ...{ requestHash: one.requestHash, receipt: one.receipt, atMs: one.answeredAtMs, cursor: one.cursor },
        content: {},
      })),
  },
];

/** Every receipt of the data directory's logs, newest first, what was bought before what was sold; read beside a running node, without a password. */
export function* keptReceipts({ settings, stack }: Pick<CommandContext, "settings" | "stack">): Generator<KeptReceipt> {
  for (const { side, file, page } of SIDES) {
    const path = dataFile(settings, file);
    if (!existsSync(path)) continue;
    const log = openToRead(path, { stack });
    const domain = domainOf(log);
    if (domain === undefined) continue;
    for (let before: number | undefined, isMore = true; isMore; ) {
      const kept = page(log, before);
      for (const { cursor, ...one } of kept) {
        yield { side, domain, ...one };
        before = cursor;
      }
      isMore = kept.length === PAGE;
    }
  }
}

/** Of whom the log says that it is; one without an owner holds nothing. */
function domainOf(log: Database): KeptReceipt["domain"] | undefined {
  const { value } = log.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
  const [chainId, accounting] = typeof value === "string" ? value.split("/") : [];
  return chainId === undefined || accounting === undefined
    ? undefined
    : { chainId: BigInt(chainId), accounting: accounting as Address };
}

/** As `lloom receipts verify` and the explorer take it. */
export const receiptFileOf = ({ receipt, domain, content }: KeptReceipt): ReceiptFileData =>
  receiptFileToData({ ...receipt, domain }, content);
