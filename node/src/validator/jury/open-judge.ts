import { existsSync, readFileSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import { hashProfile, type Profile, parseProfile, profileText } from "@lloom/protocol/profile";
import { type Calibration, isCalibrated, parseCalibration } from "@lloom/protocol/verification/calibration";
import type { TokenCounter } from "../../backend/counting/token-counter.ts";
import type { Reference } from "../../backend/llama-reference.ts";
import { hashWeights } from "../../backend/weights-hash.ts";
import type { Log } from "../../log.ts";
import { Mutex } from "../../primitives/mutex.ts";
import type { WithWeights } from "../audit/auditor.ts";
import type { Judge } from "./judge.ts";
import { judgeCounts, noWeights } from "./judge-counts.ts";
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
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Judges complaints by weights on this machine, one after the other; nothing is loaded before the first case needs it. */
export interface OpenJudge extends AsyncDisposable {
  readonly judge: Judge;
  /** For audits: weights without a calibration count as none. */
  readonly withWeights: WithWeights;
  /** Whether answers of these weights and this profile can be measured: they are here, and honest nodes of its kind were. */
  readonly covers: (weightsHash: Hex, profile: string) => boolean;
}

interface Known {
  readonly path: string;
  readonly calibration: Calibration | undefined;
}

/** Reads every file once, for its hash. Throws CONFIG_INVALID for a calibration of another form. */
export async function openJudge({ weights, threads, offered, signal, log }: OpenJudgeOptions): Promise<OpenJudge> {
  const known = new Map<Hex, Known>();
  for (const { path, calibration: file } of weights) {
    const calibration = readCalibration(file);
    const weightsHash = await hashWeights(path, signal);
    known.set(weightsHash, { path, calibration });
    log.info({ path, weightsHash, isCalibrated: calibration !== undefined }, "weights to judge with");
  }
  const profiles = measuredProfiles([...known.values()]);
  const profileOf = (hash: Hex): Profile | undefined => profiles.get(hash) ?? parsed(offered(hash));
  const turn = new Mutex();
  const loaded = new Loaded({ known, threads, log });
  const counting = {
    weights: { fileOf: (hash: Hex) => known.get(hash)?.path, versionOf: (hash: Hex) => profileOf(hash)?.version },
    count: loaded.count,
  };
  const modelling = {
    ...{ profileOf, referenceOf: loaded.referenceOf },
    calibrationOf: (hash: Hex) => known.get(hash)?.calibration,
  };
  return {
    judge: (shown, ending) =>
      turn.run(() =>
        shown.kind === "TokenInflation" ? judgeCounts(counting, shown) : judgeModel(modelling, shown, ending),
      ),
    withWeights: (weightsHash, work, ending) =>
      turn.run(async () => {
        const calibration = known.get(weightsHash)?.calibration;
        if (calibration === undefined) return work(undefined);
        return work({ reference: await loaded.referenceOf(weightsHash, ending), calibration });
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
    const { openReference } = await import("../../backend/llama-reference.ts");
    this.#reference = await openReference({ modelPath, threads }, { log, signal });
    return this.#reference;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counter?.[Symbol.asyncDispose]();
    await this.#reference?.[Symbol.asyncDispose]();
  }
}

const readCalibration = (path: string): Calibration | undefined =>
  existsSync(path) ? parseCalibration(readFileSync(path, "utf8")) : undefined;

const parsed = (text: string | undefined): Profile | undefined => (text === undefined ? undefined : parseProfile(text));

/** Profiles that calibrations measured, by their hashes. */
function measuredProfiles(known: readonly Known[]): Map<Hex, Profile> {
  const texts = known.flatMap(({ calibration }) =>
    (calibration?.configurations ?? []).map(({ profile }) => profileText(profile as Profile)),
  );
  return new Map(
    texts.flatMap((text) => {
      const profile = parsed(text);
      return profile === undefined ? [] : [[hashProfile(text), profile] as const];
    }),
  );
}
