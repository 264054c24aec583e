import { readFile } from "node:fs/promises";
import { GgmlType, type GgufTensorInfo, readGgufFileInfo } from "node-llama-cpp";
import { LloomError } from "../errors.ts";

/** Weights that share a scale. */
const BLOCK = 32;
/** Fewest and most bits to a weight. */
const BITS = { least: 2, most: 8 } as const;

/**
 * The same model with coarser weights: each row's weights are rounded in blocks of 32 to so many bits and a half-precision
 * scale, as the quantisations Q4_0 and Q5_0 of llama.cpp do, and stored as precisely as before. So it answers as a model
 * that was quantised; the file gets no smaller. Norms stay as they are. Always the same bytes.
 * Throws CONFIG_INVALID for bits outside 2 to 8, and for a file whose weights are neither F16 nor F32.
 */
export async function coarsenWeights(path: string, bits: number): Promise<Uint8Array> {
  if (!Number.isInteger(bits) || bits < BITS.least || bits > BITS.most)
    throw new LloomError(
      "CONFIG_INVALID",
      `Weights can be rounded to ${BITS.least} to ${BITS.most} bits, not ${bits}.`,
    );
  const { fullTensorInfo: tensors = [] } = await readGgufFileInfo(path, {
    sourceType: "filesystem",
    logWarnings: false,
  });
  if (tensors.length === 0)
    throw new LloomError("CONFIG_INVALID", `No weights in ${path}.`, { next: "Give a GGUF file." });
  const file = await readFile(path);
  const bytes = Uint8Array.from(file);
  for (const tensor of tensors) if (tensor.dimensions.length > 1) coarsen(bytes, tensor, bits);
  return bytes;
}

function coarsen(
  file: Uint8Array<ArrayBuffer>,
  { name, ggmlType, dimensions, fileOffset }: GgufTensorInfo,
  bits: number,
): void {
  const row = Number(dimensions[0]);
  const count = dimensions.reduce<number>((product, size) => product * Number(size), 1);
  const Stored = ggmlType === GgmlType.F16 ? Float16Array : ggmlType === GgmlType.F32 ? Float32Array : undefined;
  if (Stored === undefined || row % BLOCK !== 0)
    throw new LloomError(
      "CONFIG_INVALID",
      `The weights ${name} cannot be rounded: ${GgmlType[ggmlType]}, rows of ${row}.`,
      {
        next: "Give a GGUF file of the kind F16 or F32.",
      },
    );
  const weights = new Stored(file.buffer, Number(fileOffset), count);
  for (let from = 0; from < count; from += BLOCK) roundBlock(weights.subarray(from, from + BLOCK), bits);
}

/** The weight that is farthest from zero is met, but for the scale's own rounding. */
function roundBlock(weights: Float16Array | Float32Array, bits: number): void {
  const middle = 2 ** (bits - 1);
  let farthest = 0;
  for (const weight of weights) if (Math.abs(weight) > Math.abs(farthest)) farthest = weight;
  const step = farthest / -middle;
  if (step === 0) return;
  const scale = Math.f16round(step);
  for (const [index, weight] of weights.entries())
    weights[index] = (Math.min(2 * middle - 1, Math.floor(weight / step + middle + 0.5)) - middle) * scale;
}
