import type { ServerResponse } from "node:http";
import { UNSPEAKABLE, vectorOf } from "./saved-texts.ts";

export interface ServiceRequest {
  readonly model: string;
  readonly input: readonly string[];
  /** The API key of the request; some faults echo it, though nobody may see it. */
  readonly key: string;
}

interface Item {
  readonly index: unknown;
  readonly embedding: unknown;
}

/** What a service does instead of answering; returns `undefined` if the fault does not fit the request. */
export type ServiceFault = (
  request: ServiceRequest,
  response: ServerResponse,
) => Reply | "nothing" | undefined;

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** The number of characters of the body that are sent before the connection breaks. */
  readonly sent?: number;
}

const JSON_TYPE = { "content-type": "application/json" };
/** Longer than the lab's clients wait. */
const LATE_MS = 2_000;

export function goodReply({ model, input }: ServiceRequest): Reply {
  const data = input.map((text, index) => ({ index, embedding: vectorOf(model, text) }));
  return { headers: JSON_TYPE, body: JSON.stringify({ object: "list", model, data }) };
}

/** The reply with its items changed. */
const wrong =
  (change: (data: Item[]) => Item[] | undefined): ServiceFault =>
  ({ model, input }) => {
    const data = change(input.map((text, index) => ({ index, embedding: vectorOf(model, text) })));
    return data && { headers: JSON_TYPE, body: JSON.stringify({ object: "list", model, data }) };
  };

const spoil = (spoiled: (vector: number[]) => unknown): ServiceFault =>
  wrong(([first, ...rest]) => [
    { index: 0, embedding: spoiled(first?.embedding as number[]) },
    ...rest,
  ]);

/** Refuses, and echoes the key and a text of the request. */
const refuse =
  (status: number, headers: Readonly<Record<string, string>> = {}): ServiceFault =>
  ({ key, input }) => ({
    status,
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ error: { message: `${key} ${input[0]}`, code: key, type: input[0] } }),
  });

const withoutAnswer: ServiceFault = () => "nothing";

const base64 = (vector: number[]): string =>
  Buffer.from(Float32Array.from(vector).buffer).toString("base64");

/** The ways in which services have been seen to misbehave. */
export const SERVICE_FAULTS: Readonly<Record<string, ServiceFault>> = {
  "429, Retry-After in seconds": refuse(429, { "retry-after": "1" }),
  "429, Retry-After as a date": (request, response) => {
    const soon = new Date(Date.now() + 1000).toUTCString();
    return refuse(429, { "retry-after": soon })(request, response);
  },
  "429, Retry-After in a day": refuse(429, { "retry-after": "86400" }),
  "500": refuse(500),
  "503, no body": () => ({ status: 503, body: "" }),
  "401, with the key": refuse(401),
  "an answer that comes late": (request, response) => {
    const { body } = goodReply(request);
    const timer = setTimeout(() => response.writeHead(200, JSON_TYPE).end(body), LATE_MS);
    response.once("close", () => clearTimeout(timer));
    return "nothing";
  },
  "no answer": withoutAnswer,
  "a lost connection": (_request, response) => {
    response.destroy();
    return "nothing";
  },
  "half a body": (request) => {
    const reply = goodReply(request);
    return { ...reply, sent: reply.body.length >> 1 };
  },
  "half of the JSON": (request) => {
    const reply = goodReply(request);
    return { ...reply, body: reply.body.slice(0, reply.body.length >> 1) };
  },
  "an HTML page": ({ key }) => ({
    headers: { "content-type": "text/html" },
    body: `<html>busy ${key}</html>`,
  }),
  "200, empty": () => ({ headers: JSON_TYPE, body: "" }),
  "200, an error": refuse(200),
  "vectors too short": spoil((vector) => vector.slice(1)),
  "vectors too long": spoil((vector) => [...vector, 0.5]),
  "an item missing": wrong((data) => data.slice(1)),
  "an item too many": wrong((data) => [
    ...data,
    { index: data.length, embedding: data[0]?.embedding },
  ]),
  "an item twice": wrong((data) =>
    data.length < 2 ? undefined : [data[0] as Item, ...data.slice(0, -1)],
  ),
  "items in any order": wrong((data) =>
    data.length < 2 ? undefined : data.toSorted((a, b) => Number(b.index) - Number(a.index)),
  ),
  NaN: (request) => {
    const { body } = goodReply(request);
    return { headers: JSON_TYPE, body: body.replace(/-?0\.\d+/, "NaN") };
  },
  "null for a number": spoil((vector) => vector.with(3, null as unknown as number)),
  "a vector of zeros": spoil((vector) => vector.map(() => 0)),
  "base64 for numbers": spoil(base64),
};

/** Whether one of the texts is refused, and with it the whole request. */
export function refusesText({ input }: ServiceRequest): boolean {
  return input.some((text) => text.includes(UNSPEAKABLE));
}

export const refuseText: ServiceFault = refuse(400);
