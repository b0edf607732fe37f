import OpenAI from "openai";
import { invalid } from "./option-error.ts";

export interface Endpoint {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
}

const OPENAI_URL = "https://api.openai.com/v1";

/**
 * Makes a client for the endpoint in the options. The environment's key, organization and project are for OpenAI: no
 * other endpoint receives them.
 */
export function openClient({ apiKey, baseUrl = OPENAI_URL }: Endpoint): OpenAI {
  if (isOpenAi(baseUrl)) {
    const key = apiKey ?? process.env["OPENAI_API_KEY"];
    return new OpenAI({
      apiKey: required(key, "give one, or set OPENAI_API_KEY"),
      baseURL: baseUrl,
    });
  }
  return new OpenAI({
    apiKey: required(apiKey, 'give the one for this baseUrl, or "none" where it wants none'),
    adminAPIKey: null,
    organization: null,
    project: null,
    baseURL: baseUrl,
  });
}

function isOpenAi(baseUrl: string): boolean {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw invalid("baseUrl", "has to be a URL that begins with https:// or http://");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid("baseUrl", "must not hold a name or password: give them in a client's headers");
  }
  // Regions have hosts of their own, e.g. eu.api.openai.com.
  return url.protocol === "https:" && `.${url.hostname}`.endsWith(".api.openai.com");
}

function required(apiKey: string | undefined, remedy: string): string {
  if (apiKey === undefined || apiKey === "") throw invalid("apiKey", `is missing: ${remedy}`);
  if (typeof apiKey !== "string") throw invalid("apiKey", "has to be a string");
  // A key that no header can carry would fail every request, with an error that shows it.
  if (!/^[\x20-\x7e]+$/.test(apiKey)) {
    throw invalid("apiKey", "holds a line break or another character that no key has");
  }
  return apiKey;
}
