import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { formatMoment, formatMoney } from "../../format.ts";
import { type CalledContract, encodeCall } from "../contracts.ts";
import type { Judges, WalletDeployment } from "../deployment.ts";
import type { AccountFacts } from "../facts.ts";
import type { Read } from "../fields.ts";
import type { Call, FieldName, Planned } from "../plan.ts";

/** What a plan is made from: what was typed, and what the chain says. */
export interface Situation {
  readonly typed: Readonly<Partial<Record<FieldName, string>>>;
  readonly facts: AccountFacts;
  readonly deployment: WalletDeployment;
  readonly judges: Judges;
}

/** An amount with its unit, as people read it. */
export const money = ({ deployment }: Pick<Situation, "deployment">, units: bigint): string =>
  formatMoney(units, deployment.token);

/** A moment by the chain's clock. */
export const moment = (seconds: bigint): string => formatMoment(Number(seconds));

/** Where a contract is called, and with what. */
interface CallOf {
  readonly what: string;
  readonly contract: CalledContract;
  readonly to: Address;
  readonly name: string;
  readonly values?: readonly unknown[];
  readonly value?: bigint;
}

export const callOf = ({ what, contract, to, name, values = [], value = 0n }: CallOf): Call => ({
  ...{ what, contract, to, value },
  data: encodeCall(contract, name, values) as Hex,
});

/** A call of the escrow. */
export const accountingCall = (
  { deployment: { accounting: to } }: Pick<Situation, "deployment">,
  what: string,
  name: string,
  values: readonly unknown[] = [],
): Call => callOf({ what, contract: "AccountingV2", to, name, values });

/** A call of the stake registry. */
export const stakeCall = (
  { deployment: { stakeRegistry: to } }: Pick<Situation, "deployment">,
  what: string,
  name: string,
  values: readonly unknown[] = [],
): Call => callOf({ what, contract: "StakeRegistry", to, name, values });

type Values<Fields extends Readonly<Record<string, Read<unknown>>>> = {
  readonly [Name in keyof Fields]: Extract<Fields[Name], { readonly value: unknown }>["value"];
};

/** A plan out of fields, or what is wrong with each of them. */
export function planned<Fields extends Readonly<Partial<Record<FieldName, Read<unknown>>>>>(
  fields: Fields,
  plan: (
    values: Values<Fields & Readonly<Record<string, Read<unknown>>>>,
  ) => Extract<Planned, { plan: unknown }>["plan"],
): Planned {
  const entries = Object.entries(fields) as [FieldName, Read<unknown>][];
  const problems = entries.flatMap(([name, read]) => ("problem" in read ? [[name, read.problem] as const] : []));
  if (problems.length > 0) return { problems: Object.fromEntries(problems) };
  const values = entries.map(([name, read]) => [name, "value" in read ? read.value : undefined] as const);
  return { plan: plan(Object.fromEntries(values) as never) };
}
