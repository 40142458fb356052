/** Calls of the API, with patience where it asks for some, and a sentence for whatever goes wrong. */

import { keep, session, who } from "./session.js";

const BASE = location.origin + location.pathname.replace(/\/?console\/?$/, "/");
const MAX_TRIES = 4;
const MAX_WAIT_SECONDS = 20;

const SENTENCES = {
  0: "No connection. Try again in a minute.",
  429: "Too many requests at once. Try again in a minute.",
  500: "A fault of ours. Try again in a minute.",
  503: "The service is out of reach. Try again in a minute.",
};

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** The field that is wrong, as the API calls it; undefined where none is. */
  get field() {
    return this.status === 400 ? /^(?:\w+\.)*(\w+): /.exec(this.message)?.[1] : undefined;
  }

  get sentence() {
    if (this.status === 403) return who.read_only ? "This link may only read." : "This link may not do that.";
    if (this.status === 404) return `Not in this account: ${this.message}`;
    if (this.status === 409) return `Not as things are now: ${this.message}`;
    return SENTENCES[this.status] ?? this.message;
  }
}

/** Whom to tell for how many seconds a call waits (0: no more), and that the session is over. */
export const told = { wait() {}, end() {} };

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The body of the answer. What was not begun (429) is asked again, and what only reads also after 503 or nothing. */
export async function call(verb, path, body) {
  const began = session;
  const reads = verb === "GET" || path.endsWith("/preview");
  for (let tries = 1; ; tries++) {
    const answer = await fetch(`${BASE}${began[0]}/${path}`, {
      method: verb, credentials: "omit", cache: "no-store", body: body && JSON.stringify(body),
      headers: { token: began[1], ...(body && { "content-type": "application/json" }) },
    }).catch(() => ({ status: 0 }));
    const { status, ok } = answer;
    if (tries < MAX_TRIES && (status === 429 || (reads && [0, 503].includes(status)))) {
      const seconds = Math.min(Math.max(answer.headers?.get("retry-after") ?? 1, tries), MAX_WAIT_SECONDS);
      told.wait(seconds);
      await pause(seconds);
      told.wait(0);
      continue;
    }
    const found = await answer.json?.().catch(() => null);
    if (ok) return found;
    if (status === 401 && began === session) {
      keep(null);
      told.end();
    }
    throw new Refused(status, found?.message ?? `HTTP ${status}`);
  }
}

/** `?a=b`, without what is empty. */
export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** Where the API has a number; `*` is the account itself. */
export const placeOf = (number) => (number === "*" ? "accounts" : `fonenumbers/${encodeURIComponent(number)}`);

/** Where it has one kind of event of a number. */
export const kindOf = (number, event) => (number === "*" ? event : `${placeOf(number)}/${event}`);

/** Where this page has a number. */
export const at = (number, rest = "") => `#/n/${encodeURIComponent(number || "*")}${rest}`;

export const nameOf = (number) => (number === "*" ? "Account" : number);
