/**
 * What honest nodes differ by, measured, for one model: the file that `lloom calibrate` writes and anybody can measure again.
 * A validator judges by it those executors alone whose profile was measured: nobody is called a cheat for his processor.
 */
import { z } from "zod";
import type { Hex } from "../commitment-types.ts";
import { LloomError } from "../lloom-error.ts";
import { type Profile, profileSchema } from "../profile.ts";

/** Of the file's form; a reader refuses others. */
export const CALIBRATION_VERSION = 1;
/** Most of honest canaries that may be found, with the confidence that `boundRate` has. */
export const MOST_FALSE = 1e-3;
/** That a measured bound holds. */
export const CONFIDENCE = 0.95;

const hash = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value));
const thousandths = z.number().min(0).max(1e6);
const count = z.int().min(0).max(1e9);

/** Fields of a profile that change how far logits differ; `undefined` where it has none. */
const CLASS_FIELDS = ["backend", "version", "device", "precision", "keyCache", "valueCache", "logprobsAmong"] as const;
/** Fields that may have any of the values that were measured. */
const VARIED_FIELDS = ["instructions", "flashAttention", "batchInvariant"] as const;

const configurationSchema = z.object({
  /** What was changed, for people: `AVX2 build`. */
  name: z.string().min(1).max(200),
  /** The executor's profile. */
  profile: profileSchema,
  canaries: count,
  /** Of them, those beyond a bound. */
  found: count,
  /** Of the canaries' distances: their median, 99th and 99.9th percentile, and the largest. */
  distance: z.tuple([thousandths, thousandths, thousandths, thousandths]),
  leadShift: z.tuple([thousandths, thousandths, thousandths, thousandths]),
});

/** Honest canaries of another seed, which chose no bound, counted by the bounds that stood. */
const confirmationSchema = z.object({
  /** What scored, and which canaries. */
  reference: profileSchema,
  seed: z.int().min(0),
  configurations: z.array(configurationSchema).min(1).max(64),
});

const calibrationSchema = z.object({
  version: z.literal(CALIBRATION_VERSION),
  weightsHash: hash,
  /** What scored: its profile. */
  reference: profileSchema,
  /** Of the draw of canaries, by which anybody repeats it. */
  seed: z.int().min(0),
  /** Honest nodes stay below: mean distance of a trace. */
  distanceBound: thousandths,
  /** The same: preference for another token than the written one at temperature 0. */
  leadBound: thousandths,
  configurations: z.array(configurationSchema).min(2).max(64),
  confirmations: z.array(confirmationSchema).max(16).optional(),
});

export type CalibratedConfiguration = z.infer<typeof configurationSchema>;
export type Confirmation = z.infer<typeof confirmationSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;

/** Reads a calibration's file. Throws CONFIG_INVALID. */
export function parseCalibration(text: string): Calibration {
  try {
    return calibrationSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LloomError("CONFIG_INVALID", "This is no calibration of this version of Lloom.", {
      cause,
      next: "Measure it again with lloom calibrate.",
    });
  }
}

/** Whether a profile was measured: in its class fields exactly, in the others any value of a measured configuration. */
export function isCalibrated({ configurations }: Calibration, profile: Profile): boolean {
  const ofClass = configurations.filter((one) => CLASS_FIELDS.every((field) => one.profile[field] === profile[field]));
  return VARIED_FIELDS.every((field) => ofClass.some((one) => one.profile[field] === profile[field]));
}

/** The false-positive rate of a canary that was measured: the upper bound for the configuration where it is highest. */
export const measuredRate = ({ configurations, confirmations = [] }: Calibration): number =>
  Math.max(
    ...[...configurations, ...confirmations.flatMap((one) => one.configurations)].map(({ found, canaries }) =>
      boundRate(found, canaries),
    ),
  );

/**
 * The largest rate of which at most `found` among `count` would still be seen once in twenty times (Clopper and Pearson):
 * with this confidence the true rate is below. 1 for no canaries.
 */
export function boundRate(found: number, count: number, confidence = CONFIDENCE): number {
  if (count <= found) return 1;
  let [low, high] = [found / count, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (atMost(found, count, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Chance of at most `found` among `count` at this rate. */
function atMost(found: number, count: number, rate: number): number {
  let logTerm = count * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= found; k++) {
    logTerm += Math.log((count - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logTerm);
  }
  return sum;
}
