import type { Hex } from "@lloom/protocol/commitment-types";
import type { Profile } from "@lloom/protocol/profile";
import {
  CALIBRATION_VERSION,
  type CalibratedConfiguration,
  type Calibration,
  type Confirmation,
} from "@lloom/protocol/verification/calibration";
import { isBeyond } from "@lloom/protocol/verification/judge-answer";
import { LloomError } from "../../errors.ts";

/** Figures of one honest canary, thousandths of a nat. */
export interface HonestFigures {
  readonly distance: number;
  readonly leadShift: number;
  /** 0 for one that was drawn. */
  readonly gap: number;
}

/** All that was measured with one configuration, in the order of the canaries. */
export interface MeasuredConfiguration {
  readonly name: string;
  readonly profile: Profile;
  readonly figures: readonly HonestFigures[];
}

export interface Measurements {
  readonly weightsHash: Hex;
  readonly reference: Profile;
  readonly seed: number;
  readonly configurations: readonly MeasuredConfiguration[];
}

/** The first canaries of each configuration choose the bounds; by the others, which choose none, the rate is measured. */
export const CHOOSING_CANARIES = 200;
/**
 * A bound is so many times the most that the first canaries show. Leads have the longer tail: with three times as much, 2 of
 * 9 000 honest canaries of the tiny model were beyond: these chose the five.
 */
const ROOM = { distance: 3, lead: 5 } as const;

/** Bounds and their measured false-positive rate. Throws REQUEST_INVALID for fewer canaries than choose the bounds. */
export function conclude({ weightsHash, reference, seed, configurations }: Measurements): Calibration {
  if (configurations.some(({ figures }) => figures.length <= CHOOSING_CANARIES))
    throw new LloomError("REQUEST_INVALID", `A configuration needs more than ${CHOOSING_CANARIES} canaries.`);
  const choosing = configurations.flatMap(({ figures }) => figures.slice(0, CHOOSING_CANARIES));
  const bounds = {
    distanceBound: Math.ceil(ROOM.distance * Math.max(...choosing.map(({ distance }) => distance))),
    leadBound: Math.ceil(ROOM.lead * Math.max(...choosing.flatMap(({ leadShift, gap }) => [leadShift, gap]))),
  };
  return {
    ...{ version: CALIBRATION_VERSION, weightsHash, reference, seed },
    ...bounds,
    configurations: configurations.map((one) =>
      counted({ ...one, figures: one.figures.slice(CHOOSING_CANARIES) }, bounds),
    ),
  };
}

/**
 * Honest canaries of a seed that chose nothing, counted by the bounds of a calibration. Throws CONFIG_INVALID for other weights, and
 * for canaries that the calibration has seen.
 */
export function confirmation(calibration: Calibration, { weightsHash, ...measured }: Measurements): Confirmation {
  const { reference, seed, configurations } = measured;
  confirmable(calibration, { weightsHash, seed });
  return { reference, seed, configurations: configurations.map((one) => counted(one, calibration)) };
}

/** Throws CONFIG_INVALID unless canaries of this seed can confirm the calibration. */
export function confirmable(
  calibration: Calibration,
  { weightsHash, seed }: Pick<Measurements, "weightsHash" | "seed">,
): void {
  if (calibration.weightsHash !== weightsHash)
    throw new LloomError("CONFIG_INVALID", "The calibration is of other weights than this model's.", {
      next: "Give the calibration that belongs to the model.",
    });
  const seen = [calibration, ...(calibration.confirmations ?? [])].some((one) => one.seed === seed);
  if (seen)
    throw new LloomError("CONFIG_INVALID", `The calibration has seen the canaries of seed ${seed} already.`, {
      next: "Give another --seed.",
    });
}

function counted(
  { name, profile, figures }: MeasuredConfiguration,
  bounds: Pick<Calibration, "distanceBound" | "leadBound">,
): CalibratedConfiguration {
  return {
    ...{ name, profile, canaries: figures.length },
    // A lead that moves farther than the bound could flip a border input, whether it did here or not.
    found: figures.filter((one) => isBeyond({ ...one, flatter: 1 }, bounds) || one.leadShift > bounds.leadBound).length,
    distance: spread(figures.map(({ distance }) => distance)),
    leadShift: spread(figures.map(({ leadShift }) => leadShift)),
  };
}

/** Median, 99th and 99.9th percentile, and the largest, in tenths. */
function spread(values: readonly number[]): CalibratedConfiguration["distance"] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(10 * (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)) / 10;
  return [at(0.5), at(0.99), at(0.999), at(1)];
}
