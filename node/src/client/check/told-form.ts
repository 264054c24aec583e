/** What a call shows of the forms that its executor's answers have. Pure. */
import { type FormedAnswer, type ToldForm, toldForm } from "@lloom/protocol/form/answer-form";
import { readCalls } from "@lloom/protocol/form/tools";

/** A form that was asked for, and whether the one answer had it. */
export interface FormOutcome {
  readonly form: ToldForm;
  readonly valid: 0 | 1;
  readonly invalid: 0 | 1;
}

const right = (form: ToldForm): FormOutcome => ({ form, valid: 1, invalid: 0 });
const wrong = (form: ToldForm): FormOutcome => ({ form, valid: 0, invalid: 1 });

/**
 * What an answer shows, whose form has this problem or none; undefined where it shows nothing: no form was asked for that can be told right
 * or wrong, it was cut off, or it calls no function where it need not.
 */
export function formOutcome(
  { text, isWhole, sampling }: Omit<FormedAnswer, "messages">,
  problem: string | undefined,
): FormOutcome | undefined {
  const form = toldForm(sampling);
  if (form === undefined || !isWhole) return undefined;
  if (problem !== undefined) return wrong(form);
  const isPlain = form === "calls" && sampling.toolUse?.choice !== "required" && readCalls(text)?.calls.length === 0;
  return isPlain ? undefined : right(form);
}

/** What an executor shows whose backend failed at it: where the form is the backend's own to keep, it says so in no other way. */
export function failedForm(sampling: FormedAnswer["sampling"]): FormOutcome | undefined {
  const form = toldForm(sampling);
  return form && wrong(form);
}
