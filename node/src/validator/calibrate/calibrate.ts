import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson } from "@lloom/protocol/canonical";
import type { Calibration, Confirmation } from "@lloom/protocol/verification/calibration";
import { openReference, type Reference } from "../../backend/llama-reference.ts";
import type { Computing } from "../../backend/llama-runtime.ts";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { seededRandom } from "../canary/draw.ts";
import { type Canary, drawCanary } from "../canary/draw-canary.ts";
import {
  conclude,
  confirmable,
  confirmation,
  type HonestFigures,
  type MeasuredConfiguration,
  type Measurements,
} from "./conclude.ts";
import { HonestNode } from "./honest-node.ts";
import { measure } from "./measure.ts";
import { MeasuredFile } from "./measured-file.ts";

/** An honest node that differs from the reference. */
export interface Configuration {
  readonly name: string;
  readonly build?: string;
  readonly computing?: Computing;
  /** Several answers are computed together, four at a time. */
  readonly sharedBatches?: boolean;
}

export interface CalibrateOptions {
  readonly modelPath: string;
  readonly threads: number;
  readonly contextSize?: number;
  readonly seed: number;
  /** Of each configuration. */
  readonly canaries: number;
  readonly configurations: readonly Configuration[];
  /** Where what was measured rests until the calibration is whole. */
  readonly measuredPath: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told after each canary. */
  readonly onProgress: (progress: {
    readonly configuration: string;
    readonly done: number;
    readonly of: number;
  }) => void;
}

/**
 * Answers are cut: more places make a mean steadier, so that short answers bound the distance of long ones. Of a gap, which is the
 * largest of all places, only the room of its bound does.
 */
const MOST_TOKENS = 24;
/** Answers that a node with shared batches has on its hands. */
const TOGETHER = 4;

/**
 * Measures by how much honest nodes with these weights differ from the reference on this machine: each configuration answers canaries,
 * the reference scores the answers. The same seed draws the same canaries, also after an interruption. Throws CONFIG_INVALID,
 * BACKEND_FAILED, CANCELLED.
 */
export const calibrate = async (options: CalibrateOptions): Promise<Calibration> =>
  conclude(await measureAll(options, () => undefined));

/**
 * Measures honest canaries that the calibration has not seen, and counts them by its bounds. Throws what `calibrate` throws, and
 * CONFIG_INVALID for a calibration of other weights, or of this seed.
 */
export const confirm = async (options: CalibrateOptions, calibration: Calibration): Promise<Confirmation> =>
  confirmation(
    calibration,
    await measureAll(options, ({ weightsHash }) => confirmable(calibration, { weightsHash, seed: options.seed })),
  );

async function measureAll(options: CalibrateOptions, check: (reference: Reference) => void): Promise<Measurements> {
  const { modelPath, threads, contextSize, seed, log, signal } = options;
  const model = { modelPath, threads, ...(contextSize !== undefined && { contextSize }) };
  await using reference = await openReference(model, { log, signal });
  check(reference);
  const { weightsHash, profile } = reference;
  const measured = new MeasuredFile(
    options.measuredPath,
    canonicalJson({ weightsHash, reference: { ...profile }, seed }),
  );
  const directory = mkdtempSync(join(tmpdir(), "lloom-calibrate-"));
  try {
    const configurations: MeasuredConfiguration[] = [];
    for (const configuration of options.configurations)
      configurations.push(await measureOne(options, { configuration, reference, measured, directory }));
    return { weightsHash, reference: profile, seed, configurations };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface One {
  readonly configuration: Configuration;
  readonly reference: Reference;
  readonly measured: MeasuredFile;
  readonly directory: string;
}

async function measureOne(options: CalibrateOptions, one: One): Promise<MeasuredConfiguration> {
  const { configuration, measured, reference } = one;
  const { name, sharedBatches = false } = configuration;
  const node = await openNode(options, one);
  await using _node = node;
  const figures: HonestFigures[] = [];
  const step = sharedBatches ? TOGETHER : 1;
  for (let from = 0; from < options.canaries; from += step) {
    if (options.signal.aborted) throw new LloomError("CANCELLED", "Stopped before the calibration was whole.");
    const indices = Array.from({ length: Math.min(step, options.canaries - from) }, (_, beside) => from + beside);
    if (indices.some((index) => measured.get(name, index) === undefined)) {
      const found = await Promise.all(
        indices.map((index) => measureAt({ node, reference, seed: options.seed, index })),
      );
      for (const [beside, index] of indices.entries()) measured.add(name, index, found[beside] as HonestFigures);
    }
    figures.push(...indices.map((index) => measured.get(name, index) as HonestFigures));
    options.onProgress({ configuration: name, done: figures.length, of: options.canaries });
  }
  return { name, profile: node.profile, figures };
}

function openNode({ modelPath, threads, contextSize }: CalibrateOptions, { configuration, directory }: One) {
  const { build, computing, sharedBatches = false } = configuration;
  return HonestNode.open({
    options: {
      ...{
        kind: "llama",
        modelPath,
        modelName: "model",
        threads,
        sequences: sharedBatches ? TOGETHER : 1,
        sharedBatches,
      },
      ...(contextSize !== undefined && { contextSize }),
      ...(computing !== undefined && { computing }),
    },
    ...(build !== undefined && { build }),
    directory,
  });
}

async function measureAt(at: {
  readonly node: HonestNode;
  readonly reference: Reference;
  readonly seed: number;
  readonly index: number;
}): Promise<HonestFigures> {
  const { node, reference, seed, index } = at;
  const canary = calibratingCanary(seed, index);
  const answer = await node.answer(canary);
  const { distance = 0, leadShift = 0, gap = 0 } = await measure(reference, { canary, answer, index });
  return { distance, leadShift, gap };
}

/** The same for every configuration, and on every machine. */
export function calibratingCanary(seed: number, index: number): Canary {
  const random = seededRandom(seed, index);
  const canary = drawCanary(random);
  const drawn = canary.sampling.seed ?? Math.floor(random() * 2 ** 31);
  return {
    ...canary,
    sampling: { ...canary.sampling, seed: drawn },
    maxOutboundTokens: Math.min(canary.maxOutboundTokens, MOST_TOKENS),
  };
}
