import { z } from "@lloom/protocol/zod";

const bytes = z.string().meta({ contentMediaType: "application/octet-stream" });

/** What is sent to POST /v1/files, read as it comes (`receive-file.ts`). */
export const uploadSchema = z
  .object({
    file: bytes.meta({ contentMediaType: "application/octet-stream", description: "JSON lines, one call each" }),
    purpose: z.literal("batch"),
    "expires_after[anchor]": z.literal("created_at").optional(),
    "expires_after[seconds]": z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  })
  .meta({ id: "CreateFile" });

/** A file (`file-object.ts`). */
export const fileObjectSchema = z
  .object({
    ...{ id: z.string(), object: z.literal("file"), bytes: z.int(), filename: z.string() },
    ...{ purpose: z.enum(["batch", "batch_output"]), status: z.literal("processed") },
    ...{ created_at: z.int(), expires_at: z.int() },
  })
  .meta({ id: "File" });

/** One page of a list. */
export const pageSchema = <Shown extends z.ZodType>(shown: Shown) =>
  z.object({
    ...{ object: z.literal("list"), data: z.array(shown) },
    ...{ first_id: z.string().nullable(), last_id: z.string().nullable(), has_more: z.boolean() },
  });

/** GET /v1/files. */
export const fileListSchema = pageSchema(fileObjectSchema).meta({ id: "FileList" });

/** DELETE /v1/files/ID. */
export const deletedFileSchema = z
  .object({ id: z.string(), object: z.literal("file"), deleted: z.literal(true) })
  .meta({ id: "DeletedFile" });

/** GET /v1/files/ID/content. */
export const contentSchema = bytes;
