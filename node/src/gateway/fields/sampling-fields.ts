import { SETTING_LIMITS } from "@lloom/protocol/form/answer-settings";
import type { Sampling } from "@lloom/protocol/messages";
import { z } from "@lloom/protocol/zod";
import { numberField, textField, wholeField } from "./field-forms.ts";

const seedProblem = "must be a whole number of 64 bits";
const stopProblem = "must be a string of 1 to 256 characters, or up to 4 of them";
const stopString = textField.min(1, stopProblem).max(256, stopProblem);
const biasProblem = `must be up to ${SETTING_LIMITS.biases} token numbers, each with a number from -100 to 100`;
const penalty = numberField(-2, 2).optional();
const repeatPenalty = numberField(0.001, 10).optional();

/** Fields that say how an answer is drawn, in every route that answers. */
export const samplingFields = {
  temperature: numberField(0, 2).default(1),
  top_p: numberField(0, 1).default(1),
  /** Not OpenAI's, but most servers'. Off is 0 with some, -1 with others. */
  top_k: wholeField(-1, 1_000_000).default(0),
  /** The same. */
  min_p: numberField(0, 1).optional(),
  presence_penalty: penalty,
  frequency_penalty: penalty,
  /** Two names for one, of llama-server and Ollama, and of vLLM and OpenRouter. */
  repeat_penalty: repeatPenalty,
  repetition_penalty: repeatPenalty,
  logit_bias: z
    .record(z.string().regex(/^\d{1,10}$/, biasProblem), numberField(-100, 100), biasProblem)
    .refine((biases) => Object.keys(biases).length <= SETTING_LIMITS.biases, biasProblem)
    .refine((biases) => Object.keys(biases).every((token) => Number(token) < 2 ** 32), biasProblem)
    .optional(),
  /** A number that is too long for one comes as text (`json-body.ts`). */
  seed: z
    .union([z.number(seedProblem), z.string().regex(/^-?\d{1,20}$/, seedProblem)], seedProblem)
    .refine((value) => typeof value === "string" || Number.isInteger(value), seedProblem)
    .transform((value) => BigInt(value))
    .refine((value) => value >= -(2n ** 63n) && value <= 2n ** 64n, seedProblem)
    .optional(),
  stop: z
    .union([stopString.transform((one) => [one]), z.array(stopString, stopProblem).max(4, stopProblem)], stopProblem)
    .default([]),
};
type SamplingFields = z.infer<z.ZodObject<typeof samplingFields>>;

const milli = (value: number): number => Math.round(value * 1000);

/** Thousandths, and nothing where that asks for nothing. */
const milliUnless = (neutral: number, value: number | undefined): number | undefined => {
  const given = milli(value ?? neutral);
  return given === milli(neutral) ? undefined : given;
};

/** As the network has them; what asks for nothing is left out. */
export function samplingOf(fields: SamplingFields): Omit<Sampling, "responseFormat"> {
  const { seed } = fields;
  const bits = seed === undefined ? undefined : BigInt.asUintN(64, seed);
  const seedHigh = bits === undefined ? 0 : Number(bits >> 32n);
  const biases = Object.entries(fields.logit_bias ?? {})
    .map(([token, bias]): [number, number] => [Number(token), milli(bias)])
    .filter(([, bias]) => bias !== 0)
    .sort(([one], [other]) => one - other);
  return withoutAbsent({
    temperatureMilli: milli(fields.temperature),
    topPMilli: milli(fields.top_p),
    topK: Math.max(0, fields.top_k),
    stop: fields.stop,
    seed: bits === undefined ? undefined : Number(bits & 0xffff_ffffn),
    seedHigh: seedHigh === 0 ? undefined : seedHigh,
    minPMilli: milliUnless(0, fields.min_p),
    presencePenaltyMilli: milliUnless(0, fields.presence_penalty),
    frequencyPenaltyMilli: milliUnless(0, fields.frequency_penalty),
    repeatPenaltyMilli: milliUnless(1, fields.repeat_penalty ?? fields.repetition_penalty),
    logitBias: biases.length === 0 ? undefined : biases,
  });
}

/** CBOR has no word for a field that is there and undefined. */
const withoutAbsent = <Fields extends object>(fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
