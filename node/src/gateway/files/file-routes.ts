import { Readable } from "node:stream";
import { z } from "@lloom/protocol/zod";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { LloomError } from "../../errors.ts";
import type { KeptFile, KeptFiles } from "../../store/batches/kept-files.ts";
import type { Route } from "../described/route.ts";
import { HttpError, invalidField } from "../http-problem.ts";
import { ownerOf } from "../keys/owner.ts";
import { fileObject, listObject } from "./file-object.ts";
import { contentSchema, deletedFileSchema, fileListSchema, fileObjectSchema, uploadSchema } from "./file-schemas.ts";
import { type ListPlace, pageOf, pageQuery } from "./list-page.ts";
import { type ReceivingParts, receiveFile } from "./receive-file.ts";

export interface FileRoutesParts extends ReceivingParts {
  /** Id of a batch under way that reads the file. */
  readonly batchOf: (file: KeptFile) => string | undefined;
  /** A file is not found any more. */
  readonly onRemoved: () => void;
  /** Whose pages may call. */
  readonly origins: readonly string[];
}

const MOST_LISTED = 10_000;

const listQuery = pageQuery({ most: MOST_LISTED, usual: MOST_LISTED }).extend({
  order: z.enum(["asc", "desc"]).optional().meta({ description: "Oldest or newest first; `desc` unless given" }),
  purpose: z.enum(["batch", "batch_output"]).optional(),
});

/** A form is not read before its route does, as it comes. */
export function takeForms(server: FastifyInstance): void {
  server.addContentTypeParser("multipart/form-data", (_request, _payload, done) => done(null));
}

/** OpenAI's routes of files. Nobody finds what belongs to another API key. */
export const fileRoutes = (parts: FileRoutesParts): readonly Route[] => [
  {
    ...{ method: "POST", path: "/v1/files" },
    described: {
      ...{ id: "createFile", tag: "batches", summary: "Takes a file of calls for a batch" },
      ...{ body: uploadSchema, bodyType: "multipart/form-data" },
      answers: [{ status: 200, text: "The file.", schema: fileObjectSchema }],
      problems: [413, 415, 429, 507],
    },
    handle: async (request) => {
      refusePage(request, parts.origins);
      if (request.body !== undefined || request.headers["content-type"] === undefined)
        throw invalidField("body", "The body must be a form: multipart/form-data.");
      return fileObject(await receiveFile(request, parts));
    },
  },
  {
    ...{ method: "GET", path: "/v1/files" },
    described: {
      ...{ id: "listFiles", tag: "batches", summary: "The caller's files, those that batches wrote among them" },
      query: listQuery,
      answers: [{ status: 200, text: "One page of them.", schema: fileListSchema }],
    },
    handle: (request) => listFiles(request, parts),
  },
  {
    ...{ method: "GET", path: "/v1/files/{file_id}" },
    described: {
      ...{ id: "getFile", tag: "batches", summary: "What is known of a file" },
      answers: [{ status: 200, text: "The file.", schema: fileObjectSchema }],
      problems: [404],
    },
    handle: (request) => fileObject(found(request, parts)),
  },
  {
    ...{ method: "GET", path: "/v1/files/{file_id}/content" },
    described: {
      ...{ id: "getFileContent", tag: "batches", summary: "What stands in a file" },
      answers: [{ status: 200, text: "Its bytes.", schema: contentSchema, type: "application/octet-stream" }],
      problems: [404],
    },
    handle: (request, reply) => tellContent(reply, parts.files, found(request, parts)),
  },
  {
    ...{ method: "DELETE", path: "/v1/files/{file_id}" },
    described: {
      ...{ id: "deleteFile", tag: "batches", summary: "Deletes a file that no batch reads" },
      answers: [{ status: 200, text: "It is deleted.", schema: deletedFileSchema }],
      problems: [404, 409],
    },
    handle: (request) => deleteFile(request, parts),
  },
];

function found(request: FastifyRequest, { files, clock }: FileRoutesParts): KeptFile {
  const { file_id: id } = request.params as { readonly file_id: string };
  return files.find(ownerOf(request), id, clock()) ?? missing(id);
}

function listFiles(request: FastifyRequest, { files, clock }: FileRoutesParts): object {
  const place = pageOf(request, { most: MOST_LISTED, usual: MOST_LISTED });
  const page = { ...purposeOf(request), ...orderOf(place), limit: place.limit + 1, after: place.after };
  return listObject(files.list(ownerOf(request), page, clock()), { limit: place.limit, toObject: fileObject });
}

function deleteFile(request: FastifyRequest, parts: FileRoutesParts): object {
  const file = found(request, parts);
  const batch = parts.batchOf(file);
  if (batch !== undefined) throw inUse(file, batch);
  parts.files.remove(file.key);
  parts.onRemoved();
  return { id: file.id, object: "file", deleted: true };
}

/** A page in the machine's own browser may send a form anywhere without being asked, and says so; JSON it may not. */
function refusePage({ headers }: FastifyRequest, origins: readonly string[]): void {
  const { origin, authorization } = headers;
  if (origin === undefined || authorization !== undefined || origins.includes(origin)) return;
  throw new HttpError("REQUEST_INVALID", "A page may not send files here without an API key.", {
    status: 403,
    type: "permission_error",
    next: "Send them with an API key, or from a program.",
  });
}

const orderOf = ({ order }: ListPlace): { readonly newestFirst: boolean } => ({ newestFirst: order !== "asc" });

function purposeOf({ query }: FastifyRequest): { readonly purpose: KeptFile["purpose"] | undefined } {
  const { purpose } = query as { readonly purpose?: unknown };
  if (purpose === undefined || purpose === "batch" || purpose === "batch_output") return { purpose };
  throw invalidField("purpose", 'purpose must be "batch" or "batch_output".');
}

/** Lines that are in memory at a time, of each reader. */
const LINES_AT_A_TIME = 16;

function tellContent(reply: FastifyReply, files: KeptFiles, file: KeptFile): FastifyReply {
  reply.headers({ "content-type": "application/octet-stream", "content-length": String(file.bytes) });
  return reply.send(Readable.from(contentOf(files, file), { objectMode: false }));
}

function* contentOf(files: KeptFiles, { key, bytes }: KeptFile): Generator<Buffer> {
  let told = 0;
  for (let line = -1; ; ) {
    const lines = files.linesAfter(key, line, LINES_AT_A_TIME);
    const last = lines.at(-1);
    if (last === undefined) break;
    const piece = Buffer.concat(lines.map(({ text }) => text));
    told += piece.length;
    yield piece;
    line = last.line;
  }
  // Deleted meanwhile: the connection is cut, and nobody takes it for the whole.
  if (told < bytes) throw new LloomError("STORE_FAILED", "The file was deleted while it was read.");
}

function missing(id: string): never {
  throw new HttpError("REQUEST_INVALID", `There is no file "${id}".`, {
    status: 404,
    code: "FILE_NOT_FOUND",
    next: "GET /v1/files lists those of this API key.",
  });
}

const inUse = ({ id }: KeptFile, batch: string): HttpError =>
  new HttpError("REQUEST_INVALID", `The file "${id}" is read by the batch "${batch}".`, {
    status: 409,
    code: "FILE_IN_USE",
    headers: { "x-should-retry": "false" },
    next: `Wait for its end, or cancel it first: POST /v1/batches/${batch}/cancel.`,
  });
