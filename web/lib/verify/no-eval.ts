import { z } from "@lloom/protocol/zod";

/** The page forbids code that is made of text, which the schemas would otherwise try. Has to run before any schema is made. */
z.config({ jitless: true });
