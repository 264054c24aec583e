import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { BackendOptions } from "../../backend/open-backend.ts";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import type { Settings } from "../../settings.ts";
import { TINY_MODEL } from "../ask/tiny-model.ts";

/** Where answers come from, by the settings. Throws CONFIG_INVALID for what is none of the three kinds, or lacks a model. */
export function chosenBackend({
  backend,
  backendKeyFile,
  backendModels,
  threads,
  gpu,
  concurrency,
  otlpEndpoint,
}: Settings): BackendOptions {
  const modelPath = backend === "tiny" ? TINY_MODEL : backend;
  // An address with a mistake is no file's name either, which would be told with the password in it.
  if (/^https?:\/\//.test(backend) || (/:\/\/|@/.test(backend) && !existsSync(modelPath)))
    return {
      kind: "openai",
      url: backend,
      models: backendModels,
      tellsTraces: otlpEndpoint !== undefined,
      ...(backendKeyFile === undefined ? {} : { apiKey: readKey(backendKeyFile) }),
    };
  if (!existsSync(modelPath))
    throw new LloomError(
      "CONFIG_INVALID",
      `--backend is "${backend}", which is neither tiny, nor a URL, nor a file that exists.`,
      {
        next: "Give tiny, the path of a GGUF file, or a URL such as http://127.0.0.1:11434/v1.",
      },
    );
  const modelName = basename(modelPath).replace(/\.gguf$/i, "");
  const missing = backendModels.find((name) => name !== modelName);
  if (missing !== undefined)
    throw new LloomError("CONFIG_INVALID", `--models names "${missing}", but the backend has ${modelName} alone.`, {
      next: `Leave --models out, or give ${modelName}.`,
    });
  return {
    kind: "llama",
    modelPath,
    modelName,
    threads,
    gpu: gpu === "on",
    sequences: concurrency,
    // A fresh network embeds with what every node has; whose vectors are worth money is made to embed.
    embeds: backend === "tiny",
  };
}

const readKey = (path: string): string =>
  readOutsideFile({
    path,
    what: `The key file ${path}`,
    code: "CONFIG_INVALID",
    next: "Give --backend-key-file the path of a file that holds the backend's API key.",
  }).trim();
