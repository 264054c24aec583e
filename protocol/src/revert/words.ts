import { shownAmount, type TokenUnit } from "../amounts.ts";
import { utcText } from "../utc-text.ts";

/** A refusal of a contract: its custom error with the values, and a sentence. */
export interface Revert {
  /** Name of the custom error, "Error" for a reason string, or "unknown". */
  readonly name: string;
  /** By parameter name; integers as decimal strings. */
  readonly values: Readonly<Record<string, string>>;
  readonly sentence: string;
}

/** A custom error as whoever knows the contracts' ABIs has decoded it. */
export interface DecodedError {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly args: readonly unknown[];
}

type Sentence = (values: Readonly<Record<string, string>>, amount: (value: string | undefined) => string) => string;

const time = (seconds: string | undefined): string => utcText(BigInt(seconds ?? 0), "iso");

/** The errors that people meet; others are shown by name and values. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  AccountingInsufficientDeposit: (v, amount) =>
    `the free deposit holds ${amount(v["available"])}, asked were ${amount(v["asked"])}`,
  AccountingInsufficientChannel: (v, amount) =>
    `the channel has ${amount(v["available"])} for that, asked were ${amount(v["asked"])}`,
  AccountingZeroAmount: () => "the amount is zero",
  AccountingNothingUnlocking: () => "no money of this channel is unlocking",
  AccountingUnlockPending: (v) => `the unlock ends at ${time(v["unlockAt"])}`,
  AccountingNothingWithdrawable: (v, amount) =>
    `nothing can be withdrawn yet; ${amount(Object.values(v)[0])} mature within 48 hours`,
  AccountingDeadlinePassed: (v) => `its deadline passed at ${time(v["deadline"])}`,
  AccountingSignerTaken: (v) => `the signer ${v["signer"]} already signs for ${v["principal"]}`,
  StakeAlreadyRegistered: (v) => `${v["member"]} is already registered in a role`,
  StakeNotRegistered: (v) => `${v["member"]} is not registered; stake first`,
  StakeInsufficient: (v, amount) => `the stake is ${amount(v["available"])}, asked were ${amount(v["asked"])}`,
  StakeBelowMinimum: (v, amount) =>
    `${amount(v["left"])} would be left at stake, the role's minimum is ${amount(v["minimum"])}; take out all or less`,
  StakeStillUnbonding: (v) => `the stake is unbonding until ${time(v["unbondAt"])}`,
  StakeNothingUnbonding: () => "no stake is unbonding",
  ERC20InsufficientBalance: (v, amount) =>
    `the wallet holds ${amount(v["balance"])}, needed are ${amount(v["needed"])}`,
  ERC20InsufficientAllowance: (v, amount) =>
    `the contract may take ${amount(v["allowance"])}, needed are ${amount(v["needed"])}`,
  MeasuredNotClient: (v) =>
    `the answer is ${v["client"]}'s, which has not consented to a complaint by ${v["challenger"]}`,
  MeasuredNotValidator: (v) => `${v["challenger"]} is no active validator, and may complain of its own answers alone`,
  MeasuredNotRegistered: (v) => `${v["executor"]} is not registered as an executor`,
  MeasuredNotPaid: () => "the answer was not settled and paid; settle it first",
  MeasuredOwnAnswers: () => "nobody complains of its own answers",
  MeasuredTooOld: (v) => `the answer could be complained of until ${time(v["until"])}`,
  MeasuredAlreadyDisputed: (v) => `the answer is or was in the dispute ${v["id"]}`,
  MeasuredNoOvercharge: () => "the counted tokens cost what was charged; nothing is overcharged",
  MeasuredBondTooLarge: (v, amount) => `the bond is ${amount(v["bond"])}, more than the ${amount(v["limit"])} allowed`,
  MeasuredTooLate: (v) => `its time ended at ${time(v["until"])}`,
  MeasuredNoArbitrator: () => "there is no arbitrator to appeal to",
  PenaltyStakeTooSmall: (v, amount) =>
    `the executor has ${amount(v["stake"])} at stake, and the smallest penalty is ${amount(v["minimum"])}`,
  JuryNotValidator: (v) => `${v["account"]} is no active validator`,
  JuryAlreadyEnlisted: () => "the validator is on the list of jurors already",
  JuryNotEnlisted: () => "the validator is not on the list of jurors",
  JuryDrawPending: () => "a jury is being drawn: nobody leaves the list until then",
  JuryTooEarly: (v) => `the jury is drawn by block ${v["drawBlock"]}, the chain is at ${v["blockNumber"]}`,
  JuryNotJuror: (v) => `${v["account"]} is no juror of this round`,
  EnforcedPause: () => "the payment token is paused",
  SafeERC20FailedOperation: () => "the payment token refused the transfer",
  TestTokenFaucetClosed: (v) => `the faucet opens again for this account at ${time(v["opensAt"])}`,
};

const UNKNOWN = { name: "unknown", values: {} } as const;
const unknown = (sentence: string): Revert => ({ ...UNKNOWN, sentence });

/**
 * What revert data say, in words. `parse` knows the contracts' errors, and says `undefined` of data that are none of theirs;
 * `unit` is that of the payment token.
 */
export function revertOf(
  data: string | null | undefined,
  parse: (data: string) => DecodedError | undefined,
  unit?: TokenUnit,
): Revert {
  if (data === null || data === undefined || data === "0x") return unknown("the contract gave no reason");
  const parsed = parse(data);
  if (parsed === undefined)
    return unknown(`a contract refuses by an error that is not known here, ${data.slice(0, 10)}`);
  const values = valuesOf(parsed);
  const { name } = parsed;
  if (name === "Error") return { name, values, sentence: `the payment token says "${parsed.args[0]}"` };
  const amount = (value: string | undefined): string =>
    unit === undefined || value === undefined
      ? `${value} base units of the payment token`
      : shownAmount(BigInt(value), unit);
  const listed = Object.entries(values).map(([key, value]) => `${key} ${value}`);
  const shown = `${name}(${listed.join(", ")})`;
  const plain = SENTENCES[name]?.(values, amount);
  return { name, values, sentence: plain === undefined ? shown : `${plain} [${shown}]` };
}

const valuesOf = ({ inputs, args }: DecodedError): Record<string, string> =>
  Object.fromEntries(inputs.map((input, index) => [input || String(index), String(args[index]).toLowerCase()]));
