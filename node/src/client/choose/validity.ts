/** How often an executor's answers had the form that they had to have. Pure. */
import type { ToldForm } from "@lloom/protocol/form/answer-form";

/** Whole answers that had to have a form: those that had it, and those that had not or never came for it. */
export interface Validity {
  readonly valid: number;
  readonly invalid: number;
}

/** By what was asked for: calls of functions, or an answer by a schema. */
export type FormCounts = Readonly<Record<ToldForm, Validity>>;

const NONE: Validity = { valid: 0, invalid: 0 };
export const NO_FORMS: FormCounts = { calls: NONE, schema: NONE };

const added = (a: Validity, b: Validity): Validity => ({ valid: a.valid + b.valid, invalid: a.invalid + b.invalid });

/** The counts with these of one form added. */
export const withForms = (counts: FormCounts, form: ToldForm, more: Validity): FormCounts => ({
  ...counts,
  [form]: added(counts[form], more),
});

/** The counts of several executors together; undefined where none of them was ever counted. */
export function allForms(counts: readonly (FormCounts | undefined)[]): FormCounts | undefined {
  const known = counts.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((sum, { calls, schema }) => withForms(withForms(sum, "calls", calls), "schema", schema));
}

/** Shares of wrong answers are told apart by this much; who differs by less is told apart by price. */
const STEP = 0.02;

/**
 * How many of an executor's answers are expected not to have their form, in steps, from 0: with one right and one wrong beside those that
 * were seen, so that a few right ones are not worth what many are, and nobody unknown is worth as much as somebody who was right.
 */
export function wrongSteps(counts: FormCounts | undefined): number {
  const { valid, invalid } = counts === undefined ? NONE : added(counts.calls, counts.schema);
  return Math.ceil((invalid + 1) / (valid + invalid + 2) / STEP);
}
