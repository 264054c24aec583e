import { isAddress, ZeroAddress } from "ethers";
import { nearestName } from "../../node/src/nearest-name.ts";
import {
  type ModuleName,
  type NumberName,
  PARAMETERS,
  type Parameter,
  type ParameterName,
  TAKEN,
  type TakenParameters,
} from "../parameters.ts";
import { ParameterFileError, type Sections } from "./parameter-file.ts";

/** What a module is deployed with, and whether the parameter file says so. */
export interface ParameterValue {
  /** As the contract's view answers it: digits or an address. */
  readonly text: string;
  readonly isStated: boolean;
}

/** What a module is deployed with, by name. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

/** What stands for the deployer's address while nobody knows it. */
const DEPLOYER = "the deployer";

/** The file of `ignition/modules` that takes these sections. */
export function moduleOf(sections: Sections): ModuleName {
  if ("Audits" in sections && !("Lloom" in sections)) return "Audits";
  return Object.hasOwn(sections["Lloom"] ?? {}, "paymentToken") ? "LloomOnToken" : "Lloom";
}

interface Given {
  readonly sections: Sections;
  readonly module: ModuleName;
  /** What mistakes call the parameter file. */
  readonly name: string;
  /** Its address, which some addresses default to. */
  readonly deployer?: string | undefined;
}

/**
 * Everything that a module is deployed with. Throws a ParameterFileError that lists every mistake: what Ignition would pass
 * over (unknown names), what it explains badly (values of another type), and what the contracts would refuse (bounds).
 */
export function readValues({ sections, module, name, deployer = DEPLOYER }: Given): ParameterValues {
  const { section, takes, needs }: TakenParameters = TAKEN[module];
  const stated = sections[section] ?? {};
  const problems = [
    ...Object.keys(sections)
      .filter((one) => one !== section)
      .map((one) => `section "${one}" is unknown; the parameters stand under "${section}"`),
    ...Object.entries(stated).flatMap(([one, value]) => problemOf({ name: one, value, takes, module }) ?? []),
    ...needs.filter((one) => !Object.hasOwn(stated, one)).map((one) => `${one} is missing; it has no default`),
  ];
  if (problems.length === 0) problems.push(...problemsTogether(stated, takes));
  if (!Object.hasOwn(sections, section) && takes.length > 0) problems.push(`section "${section}" is missing`);
  if (problems.length > 0)
    throw new ParameterFileError(
      `${name} does not fit ignition/modules/${module}.ts:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
      "Correct it, or give another file; those in ignition/parameters explain every parameter.",
    );
  return new Map(takes.map((one) => [one, parameterValue(one, stated[one], deployer)]));
}

function parameterValue(name: ParameterName, stated: unknown, deployer: string): ParameterValue {
  if (stated !== undefined) return { text: String(stated).replace(/^(\d+)n$/, "$1"), isStated: true };
  const parameter: Parameter = PARAMETERS[name];
  return { text: parameter.kind === "number" ? String(parameter.default) : deployer, isStated: false };
}

/** Fees of a juror that have to fit the executors' minimum: sixteen of them are a fifth of the smallest penalty. */
const FEES_AT_STAKE = 80n;

/** What each value may be and all together may not. The contracts refuse it too, but when half of them are deployed. */
function problemsTogether(stated: Readonly<Record<string, unknown>>, takes: readonly ParameterName[]): string[] {
  if (!takes.includes("jurorFee")) return [];
  const of = (name: NumberName): bigint => BigInt(String(stated[name] ?? PARAMETERS[name].default).replace(/n$/, ""));
  const [fee, minimum] = [of("jurorFee"), of("minimumExecutorStake")];
  if (fee * FEES_AT_STAKE <= minimum) return [];
  const most = minimum / FEES_AT_STAKE;
  return [
    `jurorFee is ${fee}, and ${FEES_AT_STAKE} of them are more than minimumExecutorStake, ${minimum}: no executor could have the smallest penalty at stake; it takes ${most} base units at most, or a minimum of ${fee * FEES_AT_STAKE} at least`,
  ];
}

interface Stated {
  readonly name: string;
  readonly value: unknown;
  readonly takes: readonly ParameterName[];
  readonly module: ModuleName;
}

function problemOf({ name, value, takes, module }: Stated): string | undefined {
  if (!isParameter(name)) {
    const nearest = nearestName(name, takes) ?? nearestName(name, Object.keys(PARAMETERS));
    return `${name} is unknown${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
  }
  if (!takes.includes(name)) {
    const others = Object.keys(TAKEN).filter((one) => takesOf(one as ModuleName).includes(name));
    return `${name} is no parameter of ${module}.ts, but of ${others.map((one) => `${one}.ts`).join(" and ")}`;
  }
  const parameter = PARAMETERS[name];
  const problem = parameter.kind === "number" ? problemOfNumber(value, parameter) : problemOfAddress(value, parameter);
  return problem === undefined ? undefined : `${name} ${problem}`;
}

const isParameter = (name: string): name is ParameterName => Object.hasOwn(PARAMETERS, name);
const takesOf = (module: ModuleName): readonly ParameterName[] => TAKEN[module].takes;
/** A value as the file has it, as much as fits a line. */
const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 90);

function problemOfNumber(value: unknown, parameter: Extract<Parameter, { kind: "number" }>): string | undefined {
  const { unit, least, most } = parameter;
  const wholeDigits = /^(\d+)n?$/.exec(String(value))?.[1];
  if (typeof value !== "string" || !value.endsWith("n") || wholeDigits === undefined) {
    const example = wholeDigits ?? String(parameter.default);
    return `is ${shown(value)}; it takes whole ${unit} in quotes, with n: "${example}n"`;
  }
  const number = BigInt(wholeDigits);
  return number < least || number > most ? `is ${shown(value)}; it takes ${least} to ${most} ${unit}` : undefined;
}

function problemOfAddress(value: unknown, { zero }: Extract<Parameter, { kind: "address" }>): string | undefined {
  if (typeof value !== "string" || !/^0x[\da-f]{40}$/i.test(value))
    return `is ${shown(value)}; an address has 20 bytes, in quotes: 0x and 40 hex digits`;
  if (!isAddress(value))
    return `is ${shown(value)}, of which the capitals are wrong: a digit is mistyped, copy the address again`;
  return value === ZeroAddress && zero === "refused" ? "is the zero address, which the contracts refuse" : undefined;
}
