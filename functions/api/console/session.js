/** Who is signed in: out of the address bar, into this tab's storage, and onto each call. */

const KEY = "ringback-session";
const ASKING_MILLISECONDS = 300;
const channel = new BroadcastChannel(KEY);

/** What the platform has set: its name, and where people go when their session has ended. */
export const settings = document.documentElement.dataset;

/** `[way, token]`, or null; the way is the first part of the paths: `v2` with a token, `session` by link. */
export let session = JSON.parse(sessionStorage[KEY] ?? "null");

/** The session as its route describes it; with a token only the account is known. */
export let who = {};

export const meet = (one) => (who = one);

export function keep(one) {
  session = one;
  who = {};
  if (one) sessionStorage[KEY] = JSON.stringify(one);
  else delete sessionStorage[KEY];
}

/** Take `#token=…` or `#session=…` out of the address bar; `&to=/attention` is where to begin. */
export function takeFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const way = given.has("token") ? "token" : "session";
  if (!given.get(way)) return false;
  keep([way === "token" ? "v2" : way, given.get(way)]);
  history.replaceState(null, "", `#${given.get("to") ?? "/"}`);
  return true;
}

/** Take the session of other tabs, if they agree: a link that opens in a new tab is to work there. */
export async function takeFromOtherTab() {
  const found = new Map();
  channel.onmessage = ({ data }) => data && found.set(...data);
  channel.postMessage(null);
  await new Promise((resolve) => setTimeout(resolve, ASKING_MILLISECONDS));
  if (found.size === 1) keep([...found.values()][0]);
}

/** Tell new tabs. */
export function tellOtherTabs() {
  channel.onmessage = ({ data }) => data || channel.postMessage([who.account_id, session]);
}
