import type { FastifyInstance } from "fastify";
import { type Route, routerPath } from "./route.ts";

/** In the order in which they are listed. */
const METHODS: readonly Route["method"][] = ["GET", "POST", "DELETE"];

/** Every route that a server has: what is added here, and nothing else. */
export class RouteTable {
  readonly #routes: Route[] = [];

  get all(): readonly Route[] {
    return this.#routes;
  }

  add(server: FastifyInstance, routes: readonly Route[]): void {
    for (const route of routes) {
      server.route({ method: route.method, url: routerPath(route), handler: async (...call) => route.handle(...call) });
      this.#routes.push(route);
    }
  }

  /** Whether a path asks for no API key, whatever the method. */
  isOpen(path: string): boolean {
    return this.#routes.some((route) => route.isOpen === true && isAt(route, path));
  }

  /** The methods that a path takes, as the header `allow` lists them; undefined for no path of ours. */
  allowed(path: string): string | undefined {
    const taken = new Set(this.#routes.filter((route) => isAt(route, path)).map(({ method }) => method));
    const methods = METHODS.filter((method) => taken.has(method));
    return methods.length === 0 ? undefined : methods.join(", ").replace("GET", "GET, HEAD");
  }
}

function isAt({ path, isGreedy }: Route, asked: string): boolean {
  const names = path.split("/");
  const given = asked.split("/");
  if (isGreedy === true ? given.length < names.length : given.length !== names.length) return false;
  return names.every((name, index) => (name.startsWith("{") ? given[index] !== "" : given[index] === name));
}
