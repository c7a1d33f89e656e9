// The two services, as the browser sees them. Where they are is asked at run time: the same image
// works behind any address.

const TIMEOUT_MS = 8000;

/** A request that failed, with a sentence for the user. */
export class Failure extends Error {}

export async function readConfig() {
  return await ask("configuration", "/config.json");
}

export function listEvents(config) {
  return ask("event service", `${config.events}/events`);
}

export function listBookings(config, user) {
  return ask("booking service", `${config.bookings}/bookings?user=${encodeURIComponent(user)}`);
}

/** Book; the same key books once, however often the request is repeated. */
export function book(config, wish, key) {
  return ask("booking service", `${config.bookings}/bookings`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(wish),
  });
}

/** Make a key that nobody else makes; crypto.randomUUID is missing on pages without TLS. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(who, url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Failure(`The ${who} cannot be reached. Try again in a moment.`);
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.status >= 500) {
    throw new Failure(`The ${who} is not ready: ${said.detail ?? answer.status}.`);
  }
  if (!answer.ok) throw new Failure(said.detail ?? `The ${who} answered ${answer.status}.`);
  return said;
}
