// nginx in front of a server, at a given port: run as a process of its own, with the folder for its files, its program, URL and port.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const [, , folder = "", program = "", url = "", port = ""] = process.argv;

/** One worker, as there is one process of everybody else; connections are kept on both sides, and nothing is buffered. */
const CONFIG = `
daemon off;
master_process off;
error_log ${join(folder, "error.log")};
pid ${join(folder, "nginx.pid")};
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${join(folder, "body")};
  proxy_temp_path ${join(folder, "proxy")};
  fastcgi_temp_path ${join(folder, "fastcgi")};
  uwsgi_temp_path ${join(folder, "uwsgi")};
  scgi_temp_path ${join(folder, "scgi")};
  keepalive_requests 10000000;
  upstream backend { server ${new URL(url).host}; keepalive 1024; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header connection "";
      proxy_buffering off;
    }
  }
}`;

mkdirSync(folder, { recursive: true });
const config = join(folder, "nginx.conf");
writeFileSync(config, CONFIG);
const nginx = spawn(program, ["-p", folder, "-e", join(folder, "error.log"), "-c", config], { stdio: "inherit" });
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => nginx.kill("SIGTERM"));
nginx.once("error", () => process.exit(1));
nginx.once("exit", (code) => process.exit(code ?? 0));

const listens = (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/v1/models`).then(
    ({ ok }) => ok,
    () => false,
  );
while (!(await listens())) await delay(50);
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
