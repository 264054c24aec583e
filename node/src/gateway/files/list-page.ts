import { z } from "@lloom/protocol/zod";
import type { FastifyRequest } from "fastify";
import { invalidField } from "../http-problem.ts";

/** Which part of a list is asked for, in OpenAI's terms. */
export interface ListPlace {
  readonly limit: number;
  /** Id of the last one of the page before. */
  readonly after: string | undefined;
  readonly order: "asc" | "desc" | undefined;
}

/** How a list's query is told. */
export const pageQuery = ({ most, usual }: { readonly most: number; readonly usual: number }) =>
  z.object({
    limit: z
      .string()
      .optional()
      .meta({ description: `How many: 1 to ${most}, ${usual} unless given` }),
    after: z.string().optional().meta({ description: "Id of the last one of the page before" }),
  });

/** Reads it from a query. Throws REQUEST_INVALID. */
export function pageOf(
  { query }: FastifyRequest,
  { most, usual }: { readonly most: number; readonly usual: number },
): ListPlace {
  const { limit, after, order } = query as Readonly<Record<string, unknown>>;
  const count = limit === undefined ? usual : Number(typeof limit === "string" && /^\d{1,6}$/.test(limit) ? limit : 0);
  if (count < 1 || count > most) throw invalidField("limit", `limit must be a whole number from 1 to ${most}.`);
  if (after !== undefined && typeof after !== "string") throw invalidField("after", "after must be one id.");
  if (order !== undefined && order !== "asc" && order !== "desc")
    throw invalidField("order", 'order must be "asc" or "desc".');
  return { limit: count, after, order };
}
