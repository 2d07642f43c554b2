// Asks the server, with the device's key and nothing else. Only an answer that is JSON of ours counts: a hotel's network
// answers everything with a page of its own.

const ANSWER = 5_000;

export class NoAnswer extends Error {}
export class KeyRefused extends Error {}
export class Refused extends Error {}

async function ask(path, { key, body, wait = ANSWER }) {
  let response;
  let answer;
  try {
    response = await fetch(`/check-in/api/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(wait),
    });
    answer = await response.json();
  } catch (error) {
    throw new NoAnswer(String(error));
  }
  if (typeof answer !== "object" || answer === null) throw new NoAnswer("not ours");
  if (response.status === 401) throw answer.error === "key" ? new KeyRefused() : new NoAnswer("not ours");
  if (response.status === 422 || response.status === 410) throw new Refused(answer.error ?? "");
  if (!response.ok) throw new NoAnswer(String(response.status));
  return answer;
}

export const openLink = (link, label) => ask("devices", { body: { link, label } });
export const loadList = (key) => ask("list", { key, wait: 60_000 });
export const sync = (key, body, wait) => ask("sync", { key, body, wait });
export const scan = (key, body, wait) => ask("scan", { key, body, wait });
export const moveTo = (key, point) => ask("point", { key, body: { point } });
export const signOut = (key) => ask("sign-out", { key, body: {} });
