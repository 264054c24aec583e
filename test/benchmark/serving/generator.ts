// The load generator, a process of its own: whoever reads the logs of a network is too busy to measure it. POST a job, get its figures.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type Job, runJob } from "./generator-jobs.ts";
import { listenAndTell } from "./listen-and-tell.ts";

listenAndTell(
  createServer(async (request, response) => {
    try {
      const done = await runJob(JSON.parse(await text(request)) as Job);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(done));
    } catch (thrown) {
      response.writeHead(500).end((thrown as Error).message);
    }
  }),
);
