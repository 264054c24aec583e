import { existsSync } from "node:fs";
import { LloomError } from "../../errors.ts";
import type { WeightsFile } from "../../validator/jury/open-judge.ts";
import { TINY_CALIBRATION, TINY_MODEL } from "./tiny-model.ts";

/** A value of `--weights`. Throws CONFIG_INVALID. */
export function weightsFile(path: string): WeightsFile {
  if (path === "tiny") return { path: TINY_MODEL, calibration: TINY_CALIBRATION };
  if (existsSync(path)) return { path, calibration: `${path}.calibration.json` };
  throw new LloomError("CONFIG_INVALID", `--weights names ${path}, which is not there.`, {
    next: "Give tiny, or the paths of GGUF files, with commas between them.",
  });
}
