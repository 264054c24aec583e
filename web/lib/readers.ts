import type { Hex } from "@lloom/protocol/commitment-types";
import { isHex } from "@lloom/protocol/hex";
import { LloomError } from "@lloom/protocol/lloom-error";

/**
 * Turns one JSON value into a typed one. Throws LloomError INDEXER_ANSWER_INVALID with the path of a field that is not what
 * the schema promises.
 */
export type Reader<T> = (value: unknown, path: string) => T;

const refuse = (path: string, wanted: string): never => {
  throw new LloomError("INDEXER_ANSWER_INVALID", `${path} is not ${wanted}.`);
};

export const text: Reader<string> = (value, path) => (typeof value === "string" ? value : refuse(path, "text"));
export const flag: Reader<boolean> = (value, path) =>
  typeof value === "boolean" ? value : refuse(path, "true or false");
export const whole: Reader<number> = (value, path) =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : refuse(path, "a whole number");
export const big: Reader<bigint> = (value, path) =>
  typeof value === "string" && /^-?\d{1,78}$/.test(value) ? BigInt(value) : refuse(path, "a decimal number as text");

/** A signature, in its compact form, is the longest that the index tells. */
const MOST_HEX_BYTES = 64;
export const hex: Reader<Hex> = (value, path) =>
  isHex(value, MOST_HEX_BYTES) ? value : refuse(path, "lower-case hex");

export const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

/** One of the index's names for things; one that only a newer indexer has is "UNKNOWN". */
export const oneOf =
  <Name extends string>(names: Readonly<Record<Name, unknown>>): Reader<Name | "UNKNOWN"> =>
  (value, path) => {
    const name = text(value, path);
    return Object.hasOwn(names, name) ? (name as Name) : "UNKNOWN";
  };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON object, for reading its fields by name. */
export const record: Reader<Readonly<Record<string, unknown>>> = (value, path) =>
  isRecord(value) ? value : refuse(path, "an object");

/** A JSON list. */
export const list: Reader<readonly unknown[]> = (value, path) =>
  Array.isArray(value) ? value : refuse(path, "a list");
