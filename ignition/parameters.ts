/** A whole number that a constructor takes, between bounds that the contract enforces. */
interface NumberParameter {
  readonly kind: "number";
  readonly unit: string;
  readonly least: bigint;
  readonly most: bigint;
  /** What a development network takes. */
  readonly default: bigint;
}

interface AddressParameter {
  readonly kind: "address";
  /** What the zero address means. */
  readonly zero: "none" | "refused";
}

/** What a parameter may be. */
export type Parameter = NumberParameter | AddressParameter;

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const MOST_STAKE = 2n ** 96n - 1n;
const ETHER = 10n ** 18n;

/** Every parameter of every module. Amounts are base units of the payment token, of which the defaults assume 6 decimals. */
export const PARAMETERS = {
  paymentToken: { kind: "address", zero: "refused" },
  stakeRegistry: { kind: "address", zero: "refused" },
  treasury: { kind: "address", zero: "refused" },
  arbitrator: { kind: "address", zero: "none" },
  minimumExecutorStake: { kind: "number", unit: "base units", least: 1n, most: MOST_STAKE, default: 100_000_000n },
  minimumValidatorStake: { kind: "number", unit: "base units", least: 1n, most: MOST_STAKE, default: 500_000_000n },
  unbondingPeriodSeconds: { kind: "number", unit: "seconds", least: HOUR, most: 60n * DAY, default: 14n * DAY },
  unlockDelaySeconds: { kind: "number", unit: "seconds", least: HOUR, most: 30n * DAY, default: DAY },
  deliveryBondWei: { kind: "number", unit: "wei", least: 1n, most: ETHER, default: ETHER / 1_000n },
  arbitrationCost: { kind: "number", unit: "base units", least: 0n, most: MOST_STAKE, default: 20_000_000n },
  // Eighty of them have to fit `minimumExecutorStake`.
  jurorFee: { kind: "number", unit: "base units", least: 1n, most: 2n ** 64n - 1n, default: 200_000n },
  auditEpochSeconds: { kind: "number", unit: "seconds", least: 60n, most: DAY, default: HOUR },
  auditOdds: { kind: "number", unit: "epochs", least: 1n, most: 65_536n, default: 16n },
} as const satisfies Readonly<Record<string, Parameter>>;

/** Name of a parameter. */
export type ParameterName = keyof typeof PARAMETERS;
/** Name of a parameter that has a default. */
export type NumberName = {
  [Name in ParameterName]: (typeof PARAMETERS)[Name]["kind"] extends "number" ? Name : never;
}[ParameterName];

const AUDITS = ["auditEpochSeconds", "auditOdds"] as const;
const CORE = [
  "treasury",
  "arbitrator",
  "minimumExecutorStake",
  "minimumValidatorStake",
  "unbondingPeriodSeconds",
  "unlockDelaySeconds",
  "deliveryBondWei",
  "arbitrationCost",
  "jurorFee",
  ...AUDITS,
] as const;

/** What a file of `modules` takes. */
export interface TakenParameters {
  /** Under which name a parameter file has them: the module's id. */
  readonly section: string;
  readonly takes: readonly ParameterName[];
  /** Those of them without a default. */
  readonly needs: readonly ParameterName[];
}

/** What the files of `modules` take, by their names. */
export const TAKEN = {
  Lloom: { section: "Lloom", takes: CORE, needs: [] },
  LloomOnToken: {
    section: "Lloom",
    takes: ["paymentToken", ...CORE],
    needs: ["paymentToken", "treasury", "arbitrator"],
  },
  Audits: { section: "Audits", takes: ["stakeRegistry", ...AUDITS], needs: ["stakeRegistry"] },
  TestToken: { section: "TestToken", takes: [], needs: [] },
} as const satisfies Readonly<Record<string, TakenParameters>>;

/** Name of a file of `modules`. */
export type ModuleName = keyof typeof TAKEN;
