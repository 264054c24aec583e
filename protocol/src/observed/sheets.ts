/** The sheets that an observer publishes, as JSON: a schema each, with a bound on everything, for whoever reads them. */
import { z } from "zod";
import type { Address, Hex } from "../commitment-types.ts";
import { addressSchema, hash as hashSchema, modelName } from "../messages.ts";
import { isSheetSigned, type SheetToJudge } from "./signed-sheet.ts";

/** Most rows of each sheet; what does not fit is counted in `left`. */
export const SHEET_LIMITS = {
  /** Bytes of a whole answer. */
  bytes: 1024 * 1024,
  offers: 500,
  models: 500,
  executors: 2_000,
  changes: 2_000,
  /** Hours of one executor: 90 days. */
  hours: 2_160,
} as const;

/** In JSON they are text. */
const address = addressSchema as z.ZodType<Address, Address>;
const hash = hashSchema as z.ZodType<Hex, Hex>;
const signature = z.object({ r: hash, vs: hash });

const count = z
  .int()
  .min(0)
  .max(2 ** 40);
const seconds = count;
const milliseconds = z.number().min(0).max(3_600_000);
const share = z.number().min(0).max(1);
const amount = z
  .string()
  .regex(/^\d{1,29}$/)
  .transform((digits) => BigInt(digits));

/** How an executor answered when it was called. No figure stands for what was not measured: that is null. */
export const healthSchema = z.object({
  /** Whether it answered the last call. */
  isUp: z.boolean(),
  sampledAt: seconds,
  /** Medians of the calls of 24 hours that were answered: until the connection stood, and until the status came over it. */
  connectMs: milliseconds.nullable(),
  responseMs: milliseconds.nullable(),
  /** Calls, and the share of them that was answered. */
  dayCalls: count,
  dayUptime: share.nullable(),
  weekCalls: count,
  weekUptime: share.nullable(),
});
export type Health = z.infer<typeof healthSchema>;

const termsSchema = z.object({ inboundPrice: amount, outboundPrice: amount, maxContext: amount });

/** An offer that stands, with its executor's own signature over it. */
export const bookRowSchema = z.object({
  offer: z.object({
    ...{ executor: address, model: modelName, weightsHash: hash, profileHash: hash },
    ...{ offerId: amount, validUntil: amount, ...termsSchema.shape },
  }),
  signature,
  evidence: z.enum(["trace", "text"]),
  capacity: count,
  load: count,
  heardAt: seconds,
  health: healthSchema.nullable(),
});
export type BookRow = z.infer<typeof bookRowSchema>;

const modelRowSchema = z.object({
  model: modelName,
  /** Executors with a stake that offer it, and those of them that answered their last call. */
  executors: count,
  up: count,
  /** Of the cheapest that was up, or null. */
  cheapest: z.object({ executor: address, ...termsSchema.shape }).nullable(),
  /** Median over the executors that were up. */
  firstResponseMs: milliseconds.nullable(),
});

const executorRowSchema = z.object({
  executor: address,
  models: count,
  cheapest: z.object({ model: modelName, ...termsSchema.shape }).nullable(),
  health: healthSchema.nullable(),
});

const changeSchema = z.object({
  executor: address,
  at: seconds,
  /** Null: it was offered no more. */
  terms: z.object({ ...termsSchema.shape, capacity: count }).nullable(),
});

const hourSchema = z.object({
  hour: seconds,
  calls: count,
  answered: count,
  connectMs: milliseconds.nullable(),
  responseMs: milliseconds.nullable(),
});

/** What each kind of sheet holds. */
export const SHEETS = {
  /** Offers, the cheapest first. */
  book: z.object({ offers: z.array(bookRowSchema).max(SHEET_LIMITS.offers), left: count }),
  models: z.object({ models: z.array(modelRowSchema).max(SHEET_LIMITS.models), left: count }),
  executors: z.object({ executors: z.array(executorRowSchema).max(SHEET_LIMITS.executors), left: count }),
  /** Of one model, the oldest first; what does not fit is older. */
  prices: z.object({ modelHash: hash, changes: z.array(changeSchema).max(SHEET_LIMITS.changes), left: count }),
  /** Of one executor, the oldest first; hours without a call have no row. */
  uptime: z.object({ executor: address, hours: z.array(hourSchema).max(SHEET_LIMITS.hours) }),
} as const;

export type SheetKind = keyof typeof SHEETS;
export type SheetContent<Kind extends SheetKind> = z.infer<(typeof SHEETS)[Kind]>;
/** As it is written: amounts are decimal. */
export type SheetJson<Kind extends SheetKind> = z.input<(typeof SHEETS)[Kind]>;

/** A sheet that was read: whose word it is, from when, and what it says. */
export interface ReadSheet<Kind extends SheetKind> {
  readonly observer: Address;
  /** Unix seconds. */
  readonly observedAt: number;
  readonly content: SheetContent<Kind>;
}

const envelopeSchema = z.object({
  observer: address,
  kind: z.string(),
  observedAt: seconds,
  content: z.json(),
  signature,
});

/** What a sheet says, if it is one of this kind in its form, signed by the observer that it names; `undefined` for all else. */
export function readSheet<Kind extends SheetKind>(
  kind: Kind,
  value: unknown,
  judge: Pick<SheetToJudge, "hasher" | "recover">,
): ReadSheet<Kind> | undefined {
  const envelope = envelopeSchema.safeParse(value).data;
  if (envelope?.kind !== kind) return undefined;
  const { observer, observedAt, content, signature } = envelope;
  const sheet = { observer, kind, observedAt: BigInt(observedAt) };
  if (!isSheetSigned({ ...judge, sheet, content, signature })) return undefined;
  const read = SHEETS[kind].safeParse(content).data as SheetContent<Kind> | undefined;
  return read && { observer, observedAt, content: read };
}
