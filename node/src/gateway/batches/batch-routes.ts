import { randomUUID } from "node:crypto";
import type { TokenUnit } from "@lloom/protocol/amounts";
import type { FastifyRequest } from "fastify";
import type { KeptBatch, NewBatch } from "../../store/batches/kept-batches.ts";
import type { Room } from "../../store/files/disk-room.ts";
import type { Route } from "../described/route.ts";
import { listObject } from "../files/file-object.ts";
import { pageOf, pageQuery } from "../files/list-page.ts";
import { HttpError, invalidField } from "../http-problem.ts";
import { ownerOf } from "../keys/owner.ts";
import { batchObject } from "./batch-object.ts";
import type { RunParts } from "./batch-parts.ts";
import { batchSchema, readBatchRequest } from "./batch-request.ts";
import type { BatchRunner } from "./batch-runner.ts";
import { batchListSchema, batchObjectSchema } from "./batch-schemas.ts";

export interface BatchRoutesParts extends Pick<RunParts, "batches" | "files" | "endpoints" | "settings" | "clock"> {
  readonly runner: BatchRunner;
  readonly token: TokenUnit;
  /** How long files are kept that name no time. */
  readonly keepMs: number;
  /** Of the disk. */
  readonly room: Room | undefined;
}

const MOST_LISTED = 100;
const USUALLY_LISTED = 20;

/** OpenAI's routes of batches. Nobody finds what belongs to another API key. */
export function batchRoutes(parts: BatchRoutesParts): readonly Route[] {
  const { batches, runner, token } = parts;
  const toObject = (batch: KeptBatch): object => batchObject(batch, token);
  const found = (request: FastifyRequest): KeptBatch => {
    const { batch_id: id } = request.params as { readonly batch_id: string };
    return batches.find(ownerOf(request), id) ?? missing(id);
  };
  return [
    {
      ...{ method: "POST", path: "/v1/batches" },
      described: {
        ...{ id: "createBatch", tag: "batches", summary: "Has the calls of a file answered, for pay" },
        text: "Each line is a call that is asked once. With `provider.max_price` it waits for that price until its window ends.",
        body: batchSchema,
        answers: [{ status: 200, text: "The batch, which begins.", schema: batchObjectSchema }],
        problems: [413, 415, 429],
      },
      handle: (request) => {
        const batch = batches.add(newBatch(request, parts));
        runner.begin(batch);
        return toObject(batch);
      },
    },
    {
      ...{ method: "GET", path: "/v1/batches" },
      described: {
        ...{ id: "listBatches", tag: "batches", summary: "The caller's batches, newest first" },
        query: pageQuery({ most: MOST_LISTED, usual: USUALLY_LISTED }),
        answers: [{ status: 200, text: "One page of them.", schema: batchListSchema }],
      },
      handle: (request) => {
        const { limit, after } = pageOf(request, { most: MOST_LISTED, usual: USUALLY_LISTED });
        return listObject(batches.list(ownerOf(request), { after, limit: limit + 1 }), { limit, toObject });
      },
    },
    {
      ...{ method: "GET", path: "/v1/batches/{batch_id}" },
      described: {
        ...{ id: "getBatch", tag: "batches", summary: "How far a batch is, and what it has cost" },
        answers: [{ status: 200, text: "The batch.", schema: batchObjectSchema }],
        problems: [404],
      },
      handle: (request) => toObject(found(request)),
    },
    {
      ...{ method: "POST", path: "/v1/batches/{batch_id}/cancel" },
      described: {
        ...{ id: "cancelBatch", tag: "batches", summary: "Asks no more lines of a batch" },
        answers: [{ status: 200, text: "The batch, which comes to its end.", schema: batchObjectSchema }],
        problems: [404, 409, 413, 415, 429],
      },
      handle: (request) => {
        const batch = found(request);
        const cancelled = runner.cancel(batch);
        if (cancelled === undefined) throw tooLate(batch);
        return toObject(cancelled);
      },
    },
  ];
}

function newBatch(request: FastifyRequest, parts: BatchRoutesParts): NewBatch {
  const { batches, files, endpoints, settings, clock, room } = parts;
  const { inputId, endpoint, windowMs, keepMs = parts.keepMs, ...terms } = readBatchRequest(request.body);
  const owner = ownerOf(request);
  const problem = room?.problem();
  if (problem !== undefined) throw problem;
  if (!endpoints.has(endpoint))
    throw invalidField("endpoint", `endpoint must be one of these: ${[...endpoints.keys()].join(", ")}.`);
  const madeAtMs = clock();
  const input = files.find(owner, inputId, madeAtMs);
  if (input === undefined) throw invalidField("input_file_id", `There is no file "${inputId}" of this API key.`);
  if (input.purpose !== "batch")
    throw invalidField("input_file_id", "input_file_id must be a file that was sent with the purpose batch.");
  if (batches.open().filter((one) => one.owner === owner).length >= settings.mostOfOne)
    throw tooMany(settings.mostOfOne);
  const id = `batch_${newId()}`;
  const record = {
    inputId,
    keepMs,
    outputId: `file-${newId()}`,
    errorsId: `file-${newId()}`,
    reachedAtMs: {},
    ...terms,
  };
  return {
    ...{ id, owner, endpoint, input: input.key, total: input.lines, madeAtMs, endsAtMs: madeAtMs + windowMs, record },
    ...{ outputName: `${id}_output.jsonl`, errorsName: `${id}_error.jsonl` },
  };
}

const newId = (): string => randomUUID().replaceAll("-", "");

const tooMany = (most: number): HttpError =>
  new HttpError("RATE_LIMITED", `${most} batches of this API key are under way, which is the most.`, {
    status: 429,
    headers: { "x-should-retry": "false" },
    next: "Wait until one of them has ended.",
  });

function missing(id: string): never {
  throw new HttpError("REQUEST_INVALID", `There is no batch "${id}".`, {
    status: 404,
    code: "BATCH_NOT_FOUND",
    next: "GET /v1/batches lists those of this API key.",
  });
}

const tooLate = ({ id, state }: KeptBatch): HttpError =>
  new HttpError("REQUEST_INVALID", `The batch "${id}" cannot be cancelled: it is ${state}.`, {
    status: 409,
    code: "BATCH_OVER",
    headers: { "x-should-retry": "false" },
    next: "Read its files.",
  });
