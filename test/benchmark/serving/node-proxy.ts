// The least that a gateway in Node can be: it passes calls on and does nothing else. Run as a process of its own, with the server's URL.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { listenAndTell } from "./listen-and-tell.ts";

const server = new URL(process.argv[2] ?? "");
const agent = new Agent({ keepAlive: true });

function passOn(asked: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = asked;
  const passed = request(
    { host: server.hostname, port: server.port, path: url, method, headers: { ...headers, host: server.host }, agent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  passed.on("error", () => response.destroy());
  response.once("close", () => response.writableFinished || passed.destroy());
  asked.pipe(passed);
}

listenAndTell(createServer(passOn));
