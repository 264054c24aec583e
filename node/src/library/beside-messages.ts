import type { Address } from "@lloom/protocol/commitment-types";
import { type ErrorCode, isErrorCode } from "@lloom/protocol/error-codes";
import { asLloomError, LloomError } from "../errors.ts";
import type {
  BoughtReceipt,
  LloomClientOptions,
  LloomEvent,
  LloomQuestion,
  OfferedModel,
  OfferedTerms,
  ReceiptListing,
} from "./public-types.ts";

/** What a program's process has its client's process do: by name, what goes in and what comes out. */
export interface BesideCalls {
  open: { in: LloomClientOptions; out: Address };
  /** An answer by its number; nothing happens before its first event is asked for. */
  begin: { in: { readonly answer: number; readonly question: LloomQuestion }; out: undefined };
  /** The next event, or nothing after the last one. */
  next: { in: number; out: LloomEvent | undefined };
  /** The caller wants no more of it; its end comes all the same. */
  cancel: { in: number; out: undefined };
  /** Nobody hears it any more. */
  leave: { in: number; out: undefined };
  models: { in: undefined; out: OfferedModel[] };
  offers: { in: string; out: OfferedTerms[] };
  receipts: { in: ReceiptListing; out: BoughtReceipt[] };
  close: { in: undefined; out: undefined };
}

export type BesideCall = {
  [Name in keyof BesideCalls]: { readonly id: number; readonly name: Name; readonly given: BesideCalls[Name]["in"] };
}[keyof BesideCalls];

export type BesideReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: ToldFailure };

/** A LloomError as data. */
export interface ToldFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** Of details only what any process understands could go along; none does. */
export function failureOf(thrown: unknown): ToldFailure {
  const { code, message, next } = asLloomError(thrown);
  return { code, message, next };
}

/** The error again. */
export const errorOf = ({ code, message, next }: ToldFailure): LloomError =>
  new LloomError(isErrorCode(code) ? code : "INTERNAL", message, { next });
