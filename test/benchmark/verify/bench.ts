import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Calibration, parseCalibration } from "@lloom/protocol/verification/calibration";
import { readVocabularyFile } from "../../../node/src/backend/gguf-vocabulary.ts";
import { openReference, type Reference } from "../../../node/src/backend/llama-reference.ts";
import { TINY_CALIBRATION, TINY_MODEL } from "../../../node/src/commands/ask/tiny-model.ts";
import { createLog } from "../../../node/src/log.ts";
import { buildNames } from "../../../node/src/validator/calibrate/build-hook.ts";
import { HonestNode } from "../../../node/src/validator/calibrate/honest-node.ts";
import { answersOf, type MeasuredCanary, measureAll } from "./answers.ts";
import { loaded } from "./cheats.ts";

/** Canaries that each node really answers. */
const CANARIES = 60;
/** The one that differs most from a modern processor's. */
const OTHER_BUILD = "x64";

/** What all measurements of the model that is checked share. */
export interface Bench extends AsyncDisposable {
  readonly modelPath: string;
  readonly reference: Reference;
  readonly calibration: Calibration;
  /** Of the run's files. */
  readonly directory: string;
  /** Path of the model's vocabulary as a file. */
  readonly vocabulary: string;
  readonly canaries: number;
  /** Answers of an honest node that is like the reference, and of one that is built otherwise. */
  readonly honest: readonly MeasuredCanary[];
  readonly otherHonest: readonly MeasuredCanary[];
}

export const openHonest = (directory: string, isOther: boolean): Promise<HonestNode> =>
  HonestNode.open({
    ...{ options: loaded(TINY_MODEL), directory },
    ...(isOther && buildNames().includes(OTHER_BUILD) && { build: OTHER_BUILD }),
  });

/** The shipped model with its calibration, and two honest nodes' answers to the same canaries. */
export async function openBench(): Promise<Bench> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "lloom-verify-"));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const calibration = parseCalibration(readFileSync(TINY_CALIBRATION, "utf8"));
  const reference = stack.use(
    await openReference(
      { modelPath: TINY_MODEL, threads: 1 },
      { log: createLog({ level: "silent", name: "bench" }), signal: new AbortController().signal },
    ),
  );
  const vocabulary = join(directory, "vocabulary.gguf");
  writeFileSync(vocabulary, await readVocabularyFile(TINY_MODEL));
  const honestAnswers = async (isOther: boolean): Promise<MeasuredCanary[]> => {
    await using node = await openHonest(directory, isOther);
    return measureAll(reference, await answersOf(node, CANARIES), calibration.distanceBound);
  };
  const [honest, otherHonest] = [await honestAnswers(false), await honestAnswers(true)];
  const resources = stack.move();
  return {
    ...{
      modelPath: TINY_MODEL,
      reference,
      calibration,
      directory,
      vocabulary,
      canaries: CANARIES,
      honest,
      otherHonest,
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
