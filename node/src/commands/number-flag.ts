import { LloomError } from "../errors.ts";

export interface NumberFlag {
  readonly name: string;
  readonly fallback: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly isWhole?: boolean;
}

/** A flag that is a number, or its default. Throws COMMAND_INVALID. */
export function numberFlag(
  value: string | boolean | undefined,
  { name, fallback, minimum, maximum, isWhole = false }: NumberFlag,
): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  const isNumber = typeof value === "string" && /^\d+(\.\d+)?$/.test(value);
  if (isNumber && number >= minimum && number <= maximum && !(isWhole && !Number.isInteger(number))) return number;
  throw new LloomError("COMMAND_INVALID", `--${name} is "${String(value)}".`, {
    next: `Give a ${isWhole ? "whole " : ""}number from ${minimum} to ${maximum}.`,
  });
}
