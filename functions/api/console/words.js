/** What codes mean, in words. */

/** What to do about an outcome, or a status. */
const HINTS = {
  delivered: "",
  status: "",
  gone: "The receiver wants no more, so the callback is turned off.",
  dns: "Check the URL's host and its DNS.",
  connect: "Is the server up, and its port open?",
  tls: "Renew the certificate, or send its whole chain.",
  timeout: "Answer first, and do the work afterwards.",
  protocol: "What answered there ended too early, or speaks no HTTP.",
  too_long: "JSON has the text in its body instead.",
  refused: "Callbacks go to public addresses.",
  special_address: "Its DNS must name a public address.",
  unusable: "With this event's values it is no URL.",
  mail_delayed: "",
  mail_rejected: "",
  3: "A redirect is never followed: set the URL that it leads to.",
  401: "Set the user and password that it wants.",
  404: "The receiver has nothing at this path.",
  5: "The receiver's own program failed: its log says why.",
};

export const OUTCOMES = Object.keys(HINTS).filter(isNaN).map((name) => [name, name.replaceAll("_", " ")]);

export const hintFor = ({ outcome, status }) => HINTS[outcome] || HINTS[status] || HINTS[Math.floor(status / 100)];

/** What came of an attempt, as a shape and words. */
export const outcomeOf = ({ outcome, detail, status }) =>
  outcome === "delivered" ? ["good", status ? detail : outcome] : ["bad", detail || outcome];

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 0]];
const relative = new Intl.RelativeTimeFormat("en", { style: "short" });
const clock = new Intl.DateTimeFormat(undefined,
  { month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" });

export const local = (time) => clock.format(new Date(time));

/** `in 2 hr.` */
export function distance(time) {
  const seconds = (new Date(time) - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return relative.format(Math.round(seconds / (size || 1)), unit);
}

/** How a delivery stands, as a shape and words. */
export function standing({ status, note, attempt_count: tried, next_attempt: next, waits_until: waits }) {
  if (status === "delivered") return note ? ["warn", "delivered, then bounced"] : ["good", status];
  if (status === "failed") return ["bad", status];
  if (status === "cancelled") return ["off", "not sent"];
  if (waits) return ["wait", "waits for its endpoint"];
  const when = new Date(next) > Date.now() ? distance(next) : "now";
  return ["wait", tried ? `retrying (${tried}), next ${when}` : "on its way"];
}

/** How a callback stands. */
export function health({ state, since, until, failures, because }) {
  if (state === "disabled") return ["off", `turned off: ${because}`];
  if (state === "open") return ["bad", `left alone until ${local(until)}, failing since ${local(since)}`];
  return state === "failing" ? ["warn", `failing since ${local(since)} (${failures} in a row)`] : ["good", "healthy"];
}

export const REASONS = { event: "first attempt", redelivery: "sent again" };

export const STATUSES = [
  ["attention", "not arrived"], ["failed", "failed"], ["pending", "being retried"], ["delivered", "delivered"],
  ["cancelled", "not sent"],
];

/** In hours. */
export const SPANS = [["1", "last hour"], ["24", "last 24 hours"], ["168", "last 7 days"],
  ["720", "last 30 days"], ["own", "from … to …"]];

/** `since` and `until` of a span, or of one's own. */
export function bounds({ span, since, until }) {
  const utc = (time) => time && new Date(time).toISOString();
  return { since: utc(span > 0 ? Date.now() - span * 3600e3 : since), until: utc(until) };
}

const PLURAL = /(?<=[sxz])es$|(?<=[cs]h)es$|s$/;

/** Where a kind of event has its block in a number's object: `["message_options", "receive_notify"]`. */
export function blockNames({ event }) {
  const [group, name] = event.split("/");
  return [`${group.replace(PLURAL, "")}_options`, name];
}

/** Of a callback its way (a method, `Email`; empty where none is set), and where it goes. */
export function goal(block) {
  if (block.type === "None") return ["", ""];
  return block.type === "Email" ? ["Email", block.email] : [block.method || block.url_method, block.url];
}

export const blockOf = (object, kind) => blockNames(kind).reduce((found, name) => found?.[name], object) ?? { type: "None" };
