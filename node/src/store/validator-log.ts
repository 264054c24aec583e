import type { Database } from "./database.ts";
import { type DutyLog, openDutyLog } from "./duty-log.ts";

/** The validator's durable memory: its seats on juries with how it votes, and the disputes of others that it moves on. */
export interface ValidatorLog extends DutyLog {}

/** Opens a validator's log. */
export const openValidatorLog = (db: Database): ValidatorLog => openDutyLog(db);
