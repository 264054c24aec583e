import { existsSync } from "node:fs";
import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { type FormCounts, NO_FORMS, withForms } from "../../client/choose/validity.ts";
import { dataFile } from "../../config.ts";
import { type CountedForms, openFormCounts } from "../../store/client/form-counts.ts";
import { openToRead } from "../../store/database/reading.ts";
import type { CommandContext } from "../command.ts";

/** How often an executor's answers of a model had the form that was asked for; undefined where none had to have one. */
export type FormsOf = (executor: Address, model: string) => FormCounts | undefined;

/** As the client of this data directory has counted it on this network; read beside a running node, without a password. */
export function readCountedForms(
  { settings, stack }: Pick<CommandContext, "settings" | "stack">,
  { domain }: Pick<Chain, "domain">,
): FormsOf {
  const path = dataFile(settings, "client.sqlite");
  if (!existsSync(path)) return () => undefined;
  const log = openToRead(path, { stack });
  const { value: scope } = log.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
  const isOfNetwork = typeof scope === "string" && scope.startsWith(`${domain.chainId}/${domain.accounting}/`);
  return formsOf(isOfNetwork ? openFormCounts(log).formCounts() : []);
}

/** Looks them up in counts that were read. */
export function formsOf(counted: readonly CountedForms[]): FormsOf {
  const all = new Map<string, FormCounts>();
  for (const { executor, model, form, ...more } of counted) {
    const key = `${executor} ${model}`;
    all.set(key, withForms(all.get(key) ?? NO_FORMS, form, more));
  }
  return (executor, model) => all.get(`${executor} ${model}`);
}

/** As a cell of a table: of how many answers how many were right. */
export function shownForms(forms: FormCounts | undefined): string {
  const { calls, schema } = forms ?? NO_FORMS;
  const valid = calls.valid + schema.valid;
  const all = valid + calls.invalid + schema.invalid;
  return all === 0 ? "" : `${valid}/${all}`;
}
