import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  goodReply,
  refusesText,
  refuseText,
  SERVICE_FAULTS,
  type Reply,
  type ServiceFault,
  type ServiceRequest,
} from "./service-faults.ts";

/** One in three requests to a misbehaving service goes wrong. */
const TURNS = ["well", "well", "badly"] as const;
const REFUSED_TEXT = "one text refused";

/** A local embedding service that misbehaves at random until `isWell` is set. */
export interface MisbehavingService extends AsyncDisposable {
  readonly baseUrl: string;
  isWell: boolean;
  /** How often it misbehaved in each way; `"served"`: it answered correctly. */
  readonly did: ReadonlyMap<string, number>;
  /** The number of requests so far. */
  readonly requests: number;
}

export async function startMisbehavingService(random: () => number): Promise<MisbehavingService> {
  const did = new Map<string, number>();
  const nextTurn = createBag(TURNS, random);
  const nextFault = createBag(Object.entries(SERVICE_FAULTS), random);
  const state = { isWell: false, requests: 0 };

  const answer = (request: ServiceRequest, response: ServerResponse): void => {
    state.requests++;
    const isFailing = !state.isWell && nextTurn() === "badly";
    let [name, fault]: [string, ServiceFault] = ["served", goodReply];
    if (isFailing) [name, fault] = nextFault();
    else if (!state.isWell && refusesText(request)) [name, fault] = [REFUSED_TEXT, refuseText];
    const reply = fault(request, response);
    if (!state.isWell) did.set(name, (did.get(name) ?? 0) + 1);
    if (reply === "nothing") return;
    send(reply ?? goodReply(request), response);
  };

  const server = createServer((incoming, response) => {
    // The client was killed or gave up.
    response.on("error", () => undefined);
    readRequest(incoming).then(
      (request) => answer(request, response),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    did,
    get requests() {
      return state.requests;
    },
    get isWell() {
      return state.isWell;
    },
    set isWell(isWell) {
      state.isWell = isWell;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Draws items at random, each equally often. */
function createBag<T>(items: readonly T[], random: () => number): () => T {
  const left: T[] = [];
  return () => {
    if (left.length === 0) left.push(...items);
    const [drawn] = left.splice(Math.floor(random() * left.length), 1);
    return drawn as T;
  };
}

function send({ status = 200, headers, body, sent }: Reply, response: ServerResponse): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  if (sent === undefined) response.end(body);
  else response.write(body.slice(0, sent), () => response.destroy());
}

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  incoming.setEncoding("utf8");
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  const { model, input } = JSON.parse(text) as ServiceRequest;
  return { model, input, key: (incoming.headers.authorization ?? "").replace("Bearer ", "") };
}
