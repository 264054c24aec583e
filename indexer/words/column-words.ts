import { AUDIT_WORDS } from "./audits.ts";
import { DISPUTE_WORDS } from "./disputes.ts";
import { MEMBERSHIP_WORDS } from "./membership.ts";
import { MONEY_WORDS } from "./money.ts";
import type { ColumnWords } from "./words.ts";

const EVENT_WORDS: ColumnWords = {
  id: "Sorts in the order in which things happened; of the network's row always lloom.",
  block: "Number of the block.",
  timestamp: "Time of the block, Unix seconds.",
  transactionHash: "Hash of the transaction.",
  address: "Its address.",
  hash: "keccak256 of a model's name; a transaction's hash; of a move, that of evidence, a vote or a seed.",
  clientAddress: "The client's address.",
  executorAddress: "The executor's address.",
  validatorAddress: "The validator's address.",
  modelHash: "keccak256 of the model's name.",
};

/** Where a name means something else than in other tables. */
const OWN_WORDS: Readonly<Record<string, ColumnWords>> = {
  tail: { nonce: "Place of the answer in the lane.", refunded: "Back with the client, by any dispute." },
  network: { tailRefunded: "Tails that clients got back ever.", slashed: "Stake that all members lost ever." },
  tailMovement: { paid: "What the tail came to when it was held; null otherwise." },
  deliveryDispute: { paid: "Paid for the answer.", id: "Id of the event that opened it." },
  disputedAnswer: { paid: "Paid for the answer.", tail: "What of it can still be refunded." },
  reputationChannel: { balance: "What is set aside for the executor." },
};

const WORDS: ColumnWords = {
  ...EVENT_WORDS,
  ...MONEY_WORDS,
  ...MEMBERSHIP_WORDS,
  ...DISPUTE_WORDS,
  ...AUDIT_WORDS,
};

/** What a table's column says; undefined for a name that has no words yet. */
export const columnWords = (table: string, column: string): string | undefined =>
  OWN_WORDS[table]?.[column] ?? WORDS[column];
