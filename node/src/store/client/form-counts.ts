import type { Address } from "@lloom/protocol/commitment-types";
import type { ToldForm } from "@lloom/protocol/form/answer-form";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** Answers of an executor that had to have a form: how many had it, and how many had not. */
export interface CountedForms {
  readonly executor: Address;
  readonly model: string;
  readonly form: ToldForm;
  readonly valid: number;
  readonly invalid: number;
}

/** What a client remembers of calls of functions and answers by a schema; a part of its log. */
export interface FormCountLog {
  /** Adds these; written with what else the log writes in this turn. */
  noteForm(counted: CountedForms): void;
  /** All of them, by executor, model and form. */
  formCounts(): readonly CountedForms[];
}

const NOTE = `INSERT INTO form_counts VALUES (:executor, :model, :form, :valid, :invalid)
  ON CONFLICT DO UPDATE SET valid = valid + excluded.valid, invalid = invalid + excluded.invalid`;
const ALL = "SELECT * FROM form_counts ORDER BY executor, model, form";

/** Opens this part of the log. */
export const openFormCounts = (db: Database): FormCountLog => ({
  noteForm: (counted) => db.writeSoon(() => void db.run(NOTE, { ...counted })),
  formCounts: () =>
    db.all(ALL).map((row) => ({
      executor: encoding.addressOf(row, "executor"),
      model: encoding.textOf(row, "model"),
      form: encoding.textOf(row, "form") === "calls" ? "calls" : "schema",
      valid: encoding.numberOf(row, "valid"),
      invalid: encoding.numberOf(row, "invalid"),
    })),
});
