import { oneParam, type SearchParams } from "../list-query.ts";
import type { FieldName } from "./plan.ts";

/** What a wallet can be used for here, by its word in the address bar. */
export interface Action {
  readonly title: string;
  readonly about: string;
  readonly fields: readonly FieldName[];
}

const action = (title: string, about: string, ...fields: readonly FieldName[]): Action => ({ title, about, fields });

export const ACTIONS = {
  deposit: action(
    "Deposit",
    "Tokens of the wallet become free deposit, out of which channels are funded. A session key can be let sign along with it.",
    "amount",
    "proof",
  ),
  allocate: action(
    "Allocate",
    "Sets free deposit aside for one executor, which can be paid with it.",
    "executor",
    "amount",
  ),
  unlock: action("Begin an unlock", "Asks for money of a channel back.", "executor", "amount"),
  "finish-unlock": action("Finish an unlock", "Moves what has unlocked back into the free deposit.", "executor"),
  "cancel-unlock": action("Cancel an unlock", "Leaves the money in its channel.", "executor"),
  withdraw: action("Withdraw the deposit", "Pays free deposit out.", "amount", "to"),
  "authorize-signer": action(
    "Authorise a session key",
    "Lets another key sign requests, allocations and unlocks for this account.",
    "proof",
  ),
  "revoke-signer": action("Revoke a session key", "Ends a key that signs for this account.", "signer"),
  earnings: action("Withdraw earnings", "Pays out what executors have earned and may take.", "to"),
  stake: action("Add stake", "Puts more at stake for a role that the account has.", "amount"),
  unbond: action("Begin unbonding", "Begins to take stake out.", "amount"),
  "finish-unbond": action("Finish unbonding", "Pays out stake whose time is over.", "to"),
  "cancel-unbond": action("Cancel unbonding", "Puts the stake back to work."),
  unjail: action("Leave jail", "Ends a jail whose time is over."),
  rewards: action("Claim rewards", "Pays out shares of slashes and fees of jurors.", "to"),
  bonds: action("Claim bonds", "Pays out bonds of delivery disputes that came back, in ether.", "to"),
  credit: action("Claim credit", "Pays out the credit for bonds of measured disputes.", "to"),
  dispute: action(
    "Dispute a missing answer",
    "Says that a settled answer never came. The signatures are taken from the transaction that settled it.",
    "settlement",
  ),
  "cancel-dispute": action("Withdraw a dispute", "Takes back a delivery dispute that this account opened.", "dispute"),
  "end-dispute": action("End a dispute", "Ends a delivery dispute that was not answered in time.", "dispute"),
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;

/** Actions by what they are about. */
export const ACTION_GROUPS: readonly (readonly [title: string, actions: readonly ActionName[]])[] = [
  ["Deposit and channels", ["deposit", "allocate", "unlock", "finish-unlock", "cancel-unlock", "withdraw"]],
  ["Session keys", ["authorize-signer", "revoke-signer"]],
  ["Earnings and stake", ["earnings", "stake", "unbond", "finish-unbond", "cancel-unbond", "unjail"]],
  ["Rewards", ["rewards", "bonds", "credit"]],
  ["Disputes", ["dispute", "cancel-dispute", "end-dispute"]],
];

/** The action that the address bar asks for; undefined for none. */
export function parseAction(params: SearchParams): ActionName | undefined {
  const asked = oneParam(params, "do") ?? "";
  return Object.hasOwn(ACTIONS, asked) ? (asked as ActionName) : undefined;
}
