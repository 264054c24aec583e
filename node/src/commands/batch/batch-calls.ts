import type { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { batchListSchema, batchObjectSchema } from "../../gateway/batches/batch-schemas.ts";
import { fileObjectSchema } from "../../gateway/files/file-schemas.ts";
import { callGateway, type GatewayAt } from "../open/gateway-at.ts";

/** A batch as its gateway tells it. */
export type ToldBatch = z.output<typeof batchObjectSchema>;

/** What a batch is made with. */
export interface BatchTerms {
  readonly endpoint: string;
  readonly window: string;
  /** SHA-256 of the input, by which it is found again. */
  readonly inputHash: string;
  /** In tokens of payment for 1 000 000 tokens. */
  readonly maxPrice: { readonly prompt: string | undefined; readonly completion: string | undefined };
}

/** The note of a batch that says what it was made of. */
const INPUT_NOTE = "lloom-input-sha256";
const PAGE = 100;

/** A gateway's routes of files and batches. Each throws as `callGateway`, and NO_EXECUTOR for what is no gateway of Lloom. */
export const batchCalls = (gateway: GatewayAt, signal: AbortSignal) => {
  const ask = async <Told>(schema: z.ZodType<Told>, path: string, body?: unknown): Promise<Told> => {
    const answer = await callGateway(gateway, { path, body, signal });
    const told = schema.safeParse(await answer.json().catch(() => undefined));
    if (told.success) return told.data;
    throw new LloomError("NO_EXECUTOR", `${gateway.url}${path} is not answered as a gateway of Lloom does.`, {
      next: "Give --gateway the address that lloom gateway prints, such as http://127.0.0.1:8080.",
    });
  };
  return {
    upload: async (name: string, text: string): Promise<string> => {
      const form = new FormData();
      form.set("purpose", "batch");
      form.set("file", new Blob([text]), name);
      return (await ask(fileObjectSchema, "/v1/files", form)).id;
    },
    make: (inputId: string, { endpoint, window, inputHash, maxPrice }: BatchTerms): Promise<ToldBatch> => {
      const { prompt, completion } = maxPrice;
      const prices = { ...(prompt !== undefined && { prompt }), ...(completion !== undefined && { completion }) };
      return ask(batchObjectSchema, "/v1/batches", {
        ...{ input_file_id: inputId, endpoint, completion_window: window, metadata: { [INPUT_NOTE]: inputHash } },
        ...(Object.keys(prices).length > 0 && { provider: { max_price: prices } }),
      });
    },
    find: (id: string): Promise<ToldBatch> => ask(batchObjectSchema, `/v1/batches/${encodeURIComponent(id)}`),
    cancel: (id: string): Promise<ToldBatch> =>
      ask(batchObjectSchema, `/v1/batches/${encodeURIComponent(id)}/cancel`, {}),
    list: async (limit: number): Promise<readonly ToldBatch[]> =>
      (await ask(batchListSchema, `/v1/batches?limit=${limit}`)).data,
    /** The newest that was made of the same input for the same endpoint by this command, and was not given up. */
    madeOf: async ({ inputHash, endpoint }: BatchTerms): Promise<ToldBatch | undefined> =>
      (await ask(batchListSchema, `/v1/batches?limit=${PAGE}`)).data.find(
        ({ metadata, endpoint: of, status }) =>
          metadata?.[INPUT_NOTE] === inputHash && of === endpoint && status !== "failed" && status !== "cancelled",
      ),
    /** A file's bytes, piece by piece. */
    content: (id: string): Promise<Response> =>
      callGateway(gateway, { path: `/v1/files/${encodeURIComponent(id)}/content`, signal }),
  };
};
export type BatchCalls = ReturnType<typeof batchCalls>;

const ENDED: ReadonlySet<ToldBatch["status"]> = new Set(["failed", "completed", "expired", "cancelled"]);
/** Whether nothing more happens with it. */
export const isOver = ({ status }: Pick<ToldBatch, "status">): boolean => ENDED.has(status);
