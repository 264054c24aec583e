import { existsSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { hashProfile, type Profile, parseProfile, profileText } from "@lloom/protocol/profile";
import { type Calibration, isCalibrated } from "@lloom/protocol/verification/calibration";
import type { TokenCounter } from "../../backend/counting/token-counter.ts";
import { readVocabularyFile } from "../../backend/gguf-vocabulary.ts";
import type { Reference } from "../../backend/llama-reference.ts";
import { withLlama } from "../../backend/open-backend.ts";
import { sha256 } from "../../backend/sha256.ts";
import { firstPartOf, hashWeights } from "../../backend/weights-hash.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { Mutex } from "../../primitives/mutex.ts";
import type { WithWeights } from "../audit/auditor.ts";
import { readCalibrationFile } from "../calibrate/calibration-file.ts";
import type { Judge } from "./judge.ts";
import { type JudgeCountsParts, judgeCounts, noWeights } from "./judge-counts.ts";
import { judgeModel } from "./judge-model.ts";

/** A GGUF file, and where its calibration is, if it has one. */
export interface WeightsFile {
  readonly path: string;
  readonly calibration: string;
}

export interface OpenJudgeOptions {
  /** What to judge with. */
  readonly weights: readonly WeightsFile[];
  readonly threads: number;
  /** Texts of profiles that executors offer. */
  readonly offered: (profileHash: Hex) => string | undefined;
  /** The file of a vocabulary, from whoever may have it; without it only weights are counted by. */
  readonly fetchVocabulary?: JudgeCountsParts["fetchVocabulary"];
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Judges complaints by weights on this machine, models one after the other; nothing is loaded before the first case needs it. Counts are
 * judged beside them: they need no weights in memory, and wait for peers.
 */
export interface OpenJudge extends AsyncDisposable {
  readonly judge: Judge;
  /** For audits: by weights without a calibration nothing but counts can be told. */
  readonly withWeights: WithWeights;
  /** Whether answers of these weights and this profile can be measured: they are here, and honest nodes of its kind were. */
  readonly covers: (weightsHash: Hex, profile: string) => boolean;
}

interface Known {
  readonly path: string;
  readonly calibration: Calibration | undefined;
  /** SHA-256 of the vocabulary that the file makes. */
  readonly vocabulary: Hex;
}

/** Reads every file once, for its hash and its vocabulary's. Throws CONFIG_INVALID for a calibration of another form, and for metadata that cannot be read. */
export async function openJudge(options: OpenJudgeOptions): Promise<OpenJudge> {
  const { weights, threads, offered, fetchVocabulary = noHolders, signal, log } = options;
  const known = new Map<Hex, Known>();
  for (const { path, calibration: file } of weights) {
    const calibration = existsSync(file) ? readCalibrationFile(file) : undefined;
    const weightsHash = await hashWeights(path, signal);
    known.set(weightsHash, {
      path: firstPartOf(path),
      calibration,
      vocabulary: sha256(await readVocabularyFile(path)),
    });
    log.info({ path, weightsHash, isCalibrated: calibration !== undefined }, "weights to judge with");
  }
  const profiles = measuredProfiles([...known.values()]);
  const textOf = (hash: Hex): string | undefined => profiles.get(hash) ?? offered(hash);
  const turn = new Mutex();
  const loaded = new Loaded({ known, threads, log });
  const counting = {
    ...{ profileOf: textOf, fetchVocabulary, count: loaded.count },
    weightsOf: (hash: Hex) => known.get(hash),
  };
  const modelling = {
    ...{ profileOf: (hash: Hex) => parsed(textOf(hash)), referenceOf: loaded.referenceOf },
    calibrationOf: (hash: Hex) => known.get(hash)?.calibration,
  };
  return {
    judge: (shown, ending) =>
      shown.kind === "TokenInflation"
        ? judgeCounts(counting, shown)
        : turn.run(() => judgeModel(modelling, shown, ending)),
    withWeights: (weightsHash, work, ending) =>
      turn.run(async () => {
        const own = known.get(weightsHash);
        if (own === undefined) return work(undefined);
        const { calibration, path, vocabulary } = own;
        const count: typeof loaded.count = (question) =>
          loaded.count(question).catch((thrown: unknown) => {
            log.warn({ weightsHash, problem: asLloomError(thrown).message }, "an answer could not be counted again");
            throw thrown;
          });
        const counting = { weightsHash, path, vocabulary, count };
        if (calibration === undefined) return work(undefined, counting);
        return work({ reference: await loaded.referenceOf(weightsHash, ending), calibration }, counting);
      }),
    covers: (weightsHash, profile) => {
      const calibration = known.get(weightsHash)?.calibration;
      const parsedProfile = parsed(profile);
      return calibration !== undefined && parsedProfile !== undefined && isCalibrated(calibration, parsedProfile);
    },
    [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose](),
  };
}

interface LoadedParts {
  readonly known: ReadonlyMap<Hex, Known>;
  readonly threads: number;
  readonly log: Log;
}

/** What is in memory: one reference at most, since weights are large. */
class Loaded implements AsyncDisposable {
  readonly #parts: LoadedParts;
  #counter: TokenCounter | undefined;
  #reference: Reference | undefined;

  constructor(parts: LoadedParts) {
    this.#parts = parts;
  }

  readonly count = async (question: Parameters<TokenCounter["count"]>[0]) => {
    const { TokenCounter } = await import("../../backend/counting/token-counter.ts");
    this.#counter ??= new TokenCounter();
    return this.#counter.count(question);
  };

  readonly referenceOf = async (weightsHash: Hex, signal: AbortSignal): Promise<Reference> => {
    if (this.#reference?.weightsHash === weightsHash) return this.#reference;
    const { known, threads, log } = this.#parts;
    const modelPath = known.get(weightsHash)?.path;
    if (modelPath === undefined) throw noWeights(weightsHash);
    await this.#reference?.[Symbol.asyncDispose]();
    // What cannot be loaded leaves none, and not the one that is closed.
    this.#reference = undefined;
    const { openReference } = await withLlama(import("../../backend/llama-reference.ts"));
    this.#reference = await openReference({ modelPath, threads }, { log, signal });
    return this.#reference;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counter?.[Symbol.asyncDispose]();
    await this.#reference?.[Symbol.asyncDispose]();
  }
}

const parsed = (text: string | undefined): Profile | undefined => (text === undefined ? undefined : parseProfile(text));

function noHolders(): never {
  throw new LloomError("MODEL_NOT_FOUND", "This validator fetches no vocabularies.");
}

/** Profiles that calibrations measured, by their hashes. */
function measuredProfiles(known: readonly Known[]): Map<Hex, string> {
  const texts = known.flatMap(({ calibration }) =>
    (calibration?.configurations ?? []).map(({ profile }) => profileText(profile as Profile)),
  );
  return new Map(texts.map((text) => [hashProfile(text), text]));
}
