import { setImmediate as nextTurn } from "node:timers/promises";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { FastifyInstance } from "fastify";
import type { LloomError } from "../../errors.ts";
import { type Clock, wallClock } from "../../primitives/clock.ts";
import { Rounds } from "../../primitives/rounds.ts";
import type { KeptBatches } from "../../store/batches/kept-batches.ts";
import type { KeptFiles } from "../../store/batches/kept-files.ts";
import type { KeyedCalls } from "../../store/client/keyed-calls.ts";
import type { OwnFate } from "../../store/client/own-fate.ts";
import type { Room } from "../../store/files/disk-room.ts";
import type { RouteTable } from "../described/route-table.ts";
import { FILE_LIMITS, type FileLimits } from "../files/file-limits.ts";
import { fileRoutes, takeForms } from "../files/file-routes.ts";
import { failureOf } from "../http-problem.ts";
import { jsonReader, takeJson } from "../json-body.ts";
import { BATCH_SETTINGS, type BatchSettings, type RunParts } from "./batch-parts.ts";
import { batchRoutes } from "./batch-routes.ts";
import { BatchRunner } from "./batch-runner.ts";
import type { BatchEndpoint } from "./line-endpoint.ts";
import { LinePlaces } from "./line-places.ts";

/** Where files and batches are kept. */
export interface BatchStore {
  readonly files: KeptFiles;
  readonly batches: KeptBatches;
  /** Of lines that are under way, in the client's own file. */
  readonly calls: KeyedCalls;
  /** What became of a request that was signed for one. */
  readonly fateOf: (requestHash: Hex) => OwnFate | undefined;
  /** Of the disk. */
  readonly room?: Room | undefined;
  readonly limits?: Partial<FileLimits>;
  readonly settings?: Partial<BatchSettings>;
  readonly clock?: Clock;
}

export interface AddingParts extends Pick<RunParts, "callerOf" | "changed" | "inFlight" | "draining" | "log"> {
  readonly endpoints: readonly BatchEndpoint[];
  readonly token: Parameters<typeof batchRoutes>[0]["token"];
  readonly origins: readonly string[];
  readonly routes: RouteTable;
}

const HOUR_MS = 3_600_000;
/** Ended batches are forgotten long after their files. */
const KEEP_BATCHES_MS = 90 * 24 * HOUR_MS;

/** What goes on beside the routes. */
export interface RunningBatches extends AsyncDisposable {
  /** Goes on with batches that have not ended, and forgets what is over from now on. */
  start(): void;
}

/** Adds the routes of files and batches. Dispose it once the gateway drains. */
export async function addBatches(
  server: FastifyInstance,
  { files, batches, room, limits: given, settings: givenSettings, clock = wallClock }: BatchStore,
  { endpoints: listed, token, origins, routes, ...running }: AddingParts,
): Promise<RunningBatches> {
  const limits = { ...FILE_LIMITS, ...given };
  const settings = { ...BATCH_SETTINGS, ...givenSettings };
  const endpoints = new Map(listed.map((endpoint) => [endpoint.path, endpoint]));
  const isFull = (): boolean => files.used("").bytesOfAll > limits.bytesOfAll || room?.problem() !== undefined;
  const shared = { files, batches, endpoints, settings, clock };
  const run = { ...running, ...shared, places: new LinePlaces(settings.most), isFull, read: jsonReader(server) };
  const runner = new BatchRunner(run);
  let tidying: Rounds | undefined;
  const batchOf = ({ key }: { readonly key: number }): string | undefined =>
    batches.open().find(({ input }) => input === key)?.id;
  await server.register(async (scope) => {
    takeJson(scope, { mayBeEmpty: true });
    takeForms(scope);
    routes.add(scope, [
      ...fileRoutes({ files, limits, clock, room, batchOf, origins, onRemoved: () => tidying?.wake() }),
      ...batchRoutes({ ...shared, runner, token, room, keepMs: limits.keepMs }),
    ]);
  });
  return {
    start: () => {
      tidying = tidy({ files, batches, clock }, running.log);
      runner.resume();
    },
    [Symbol.asyncDispose]: async () => {
      await tidying?.[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}

/** The same routes where the store cannot be opened: nobody is told that a file is not there. */
export async function refuseBatches(server: FastifyInstance, problem: LloomError): Promise<void> {
  await server.register(async (scope) => {
    // Whatever is sent: it is not read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    for (const path of ["/v1/files", "/v1/files/*", "/v1/batches", "/v1/batches/*"])
      scope.all(path, async () => {
        throw problem;
      });
  });
}

/** Once an hour, and when something is removed: files are deleted in steps, between which others have their turn. */
function tidy({ files, batches, clock }: Pick<RunParts, "files" | "batches" | "clock">, log: RunParts["log"]): Rounds {
  return new Rounds({
    everyMs: HOUR_MS,
    retry: { firstMs: 60_000, longestMs: HOUR_MS },
    round: async (signal) => {
      batches.prune(clock() - KEEP_BATCHES_MS);
      const inUse = new Set(batches.open().map(({ input }) => input));
      while (!signal.aborted && files.sweep(clock(), inUse)) await nextTurn();
    },
    onFailure: (thrown) => log.warn({ problem: failureOf(thrown).message }, "old files not removed"),
  });
}
