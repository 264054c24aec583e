import { parseAddress } from "@lloom/protocol/addresses";
import type { Address } from "@lloom/protocol/commitment-types";
import { z } from "@lloom/protocol/zod";
import { verificationForm } from "../../client/check/verification-form.ts";
import { QUANTISATION_WORDS } from "../../client/choose/quantisation.ts";
import type { Preference, Sort } from "../../client/question.ts";
import { flagField, numberField } from "./field-forms.ts";

/** Most executors in one list. */
const MOST_NAMED = 64;

/** In tokens; a number loses digits, and is taken for what it reads as. */
export const amountField = z
  .union([z.string(), z.number()], 'must be an amount such as "100"')
  .transform(String)
  .refine((given) => /^\d{1,12}(\.\d{1,18})?$/.test(given), 'must be an amount such as "100"');

const ADDRESS = 'must be the address of an executor, "0x" and 40 hex digits';
const executor = z.string(ADDRESS).transform((text, place): Address => {
  try {
    return parseAddress(text);
  } catch {
    place.addIssue(ADDRESS);
    return z.NEVER;
  }
});
const executors = z.array(executor, "must be a list of addresses").max(MOST_NAMED, `has more than ${MOST_NAMED}`);

const SORTS = ["price", "latency", "throughput", "exacto"] as const satisfies readonly Sort[];
const QUANTISATION = `must be one of ${[...QUANTISATION_WORDS].join(", ")}`;

/** The object `provider` of OpenRouter's API, with what this network has beside it. */
export const providerField = z
  .object(
    {
      order: executors.nullish(),
      only: executors.nullish(),
      ignore: executors.nullish(),
      allow_fallbacks: flagField.nullish(),
      // Executors that cannot do all that is asked for are never asked here.
      require_parameters: flagField.nullish(),
      quantizations: z
        .array(
          z.string(QUANTISATION).refine((word) => QUANTISATION_WORDS.has(word), QUANTISATION),
          "must be a list",
        )
        .max(QUANTISATION_WORDS.size, `has more than ${QUANTISATION_WORDS.size}`)
        .nullish(),
      sort: z.enum(SORTS, `must be one of ${SORTS.join(", ")}`).nullish(),
      max_price: z
        .object(
          { prompt: amountField.nullish(), completion: amountField.nullish() },
          'must be an object such as { prompt: "0.5" }',
        )
        .nullish(),
      min_reputation: numberField(0, 1).nullish(),
      min_stake: amountField.nullish(),
      verify: verificationForm.nullish(),
    },
    "must be an object such as { min_reputation: 0.4 }",
  )
  .meta({
    id: "Provider",
    description: "Whom the answer may be bought from, by OpenRouter's names and some of this network's",
  });

/** Endings of a model's name that sort, as OpenRouter has them. */
const SUFFIXES: Readonly<Record<string, Sort>> = { ":floor": "price", ":nitro": "throughput", ":exacto": "exacto" };

/** A model's name without its ending, and what that asks for. */
export function sortedModel(name: string): { readonly model: string; readonly sort?: Sort } {
  const suffix = Object.keys(SUFFIXES).find((ending) => name.endsWith(ending) && name.length > ending.length);
  if (suffix === undefined) return { model: name };
  const sort = SUFFIXES[suffix];
  return { model: name.slice(0, -suffix.length), ...(sort && { sort }) };
}

/** What the object says of whom to ask; undefined where it says nothing. The name's ending counts where it does not sort. */
export function preferenceOf(
  provider: z.infer<typeof providerField> | undefined,
  named: Sort | undefined,
): Preference | undefined {
  const given: Preference = {
    ...(provider?.order && { order: provider.order }),
    ...(provider?.only && { only: provider.only }),
    ...(provider?.ignore && { ignore: provider.ignore }),
    ...(provider?.quantizations && { quantisations: provider.quantizations }),
    ...(provider?.allow_fallbacks === false && { allowFallbacks: false }),
    ...((provider?.sort ?? named) && { sort: provider?.sort ?? named }),
  };
  return Object.keys(given).length === 0 ? undefined : given;
}
