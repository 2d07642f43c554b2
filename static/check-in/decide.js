// What a door answers without the server. The rules are those of check_in/rules.py and presence.py; one file of cases
// (tests/check_in/cases.json) is run through both.

import { REVISIONS } from "./ticket.js";

export const ADMITS = new Set(["ok", "ok_unlisted"]);

/** Whether a point is for somebody: {kind, options, days, seat_holders} and {option, atDoor, day, hasSeat}. */
export const admits = (point, who) =>
  who.atDoor === (point.kind !== "online") &&
  (!point.options.length || point.options.includes(who.option)) &&
  (!point.days.length || point.days.includes(who.day)) &&
  (who.hasSeat || !point.seat_holders);

/** What a ticket of a known registration is worth: `state` is that of the list, `shown` null without a ticket. */
export function verdict({ state, revision, shown, admitted }) {
  const newer = shown === null ? 0 : (((shown - revision) % REVISIONS) + REVISIONS) % REVISIONS;
  if (state === "replaced") return "replaced";
  if (newer >= REVISIONS / 2) return state === "withdrawn" ? "withdrawn" : "replaced";
  if (state === "withdrawn") return "withdrawn";
  if (state !== "confirmed") return "not_confirmed";
  if (!admitted) return "not_here";
  return newer ? "ok_unlisted" : "ok";
}

/** What the door answers to somebody whose ticket is worth this, and who is inside or not. */
export function atTheDoor(worth, kind, inside) {
  if (!ADMITS.has(worth)) return worth;
  if (kind === "in" && inside) return "already_in";
  if (kind === "out" && !inside) return "already_out";
  return worth;
}

/** The day (YYYY-MM-DD) of a moment in a time zone. */
export const dayIn = (moment, zone) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);

/**
 * Decide with what the device knows: `found` is what was read (see app.js), `people` its list, `places` where everybody
 * is. Returns {result, person}.
 */
export function decide({ found, kind, people, places, settings, now }) {
  if (found.result) return { result: found.result, person: null };
  const person = people.get(found.person);
  // A genuine ticket that the list does not know was issued after it.
  if (!person) return { result: found.shown === null ? "unknown" : "ok_unlisted", person: null };
  const option = settings.options[person.option];
  const who = {
    option: person.option,
    atDoor: Boolean(option?.door),
    day: dayIn(now, settings.event.zone),
    hasSeat: settings.seats.includes(person.id),
  };
  const admitted = admits(settings.point, who);
  const worth = verdict({ state: person.state, revision: person.revision, shown: found.shown, admitted });
  return { result: atTheDoor(worth, kind, Boolean(places.get(person.id)?.inside)), person };
}
