// Times and positions in the grid as plain numbers, without the DOM: moments are minutes since 1970 in UTC, and `offsets`
// gives the moments from which the venue's clock is how many minutes ahead. A day may have 23 or 25 hours.

export const DAY = 1440;

const ahead = (minute, offsets) => {
  let found = offsets[0][1];
  for (const [from, minutes] of offsets) if (from <= minute) found = minutes;
  return found;
};

// The wall-clock time, as minutes since 1970 without a time zone.
export const wall = (minute, offsets) => minute + ahead(minute, offsets);

// The moment of a wall-clock time: the first one if it is repeated, the one after the gap if it is skipped.
export function moment(reading, offsets) {
  const found = offsets.map(([, minutes]) => reading - minutes).filter((at) => wall(at, offsets) === reading);
  return found.length ? Math.min(...found) : reading - ahead(reading - DAY, offsets);
}

const two = (number) => String(number).padStart(2, "0");

export function clock(minute, offsets) {
  const shown = ((wall(minute, offsets) % DAY) + DAY) % DAY;
  return `${two(Math.floor(shown / 60))}:${two(shown % 60)}`;
}

// "09:30 – 10:15", as the server writes it: the end carries "+1" for each midnight passed. Japanese has another dash.
export function times(starts, ends, offsets, dash = " – ") {
  const later = Math.floor(wall(ends, offsets) / DAY) - Math.floor(wall(starts, offsets) / DAY);
  return `${clock(starts, offsets)}${dash}${clock(ends, offsets)}${later ? ` (+${later})` : ""}`;
}

// The nearest step of the wall clock: 10:05, even if the zone's offset has 45 minutes.
export function snap(minute, step, offsets) {
  const shown = wall(minute, offsets);
  return minute + Math.round(shown / step) * step - shown;
}

export const dayOf = (days, minute) => days.findIndex((day) => day.from <= minute && minute < day.to);

// The time span of a day's page: the day, extended to the end of sessions that began on it.
export function frameOf(day, sessions) {
  let to = day.to;
  for (const one of sessions) {
    if (one.starts !== null && one.starts >= day.from && one.starts < day.to && one.ends > to) to = one.ends;
  }
  return { from: day.from, to };
}

export const within = (session, frame) =>
  session.starts !== null && session.starts < frame.to && session.ends > frame.from;

// Whole hours of the wall clock within a span: [moment, label].
export function hours(frame, offsets) {
  const found = [];
  for (let at = frame.from; at <= frame.to; at += 1) {
    if (wall(at, offsets) % 60 === 0) {
      found.push([at, clock(at, offsets)]);
      at += 14; // no zone changes its clock by less than a quarter of an hour
    }
  }
  return found;
}

// Overlapping sessions are placed side by side: key → [lane, number of lanes]. Adjacent sessions do not overlap.
export function lanes(blocks) {
  const placed = new Map();
  let group = [];
  let free = [];
  let until = -Infinity;
  const close = () => {
    for (const [key, lane] of group) placed.set(key, [lane, free.length]);
    group = [];
    free = [];
  };
  for (const one of [...blocks].sort((a, b) => a.starts - b.starts || b.ends - a.ends)) {
    if (one.starts >= until) close();
    let lane = free.findIndex((end) => end <= one.starts);
    if (lane < 0) lane = free.length;
    free[lane] = one.ends;
    until = Math.max(until, one.ends);
    group.push([one.code, lane]);
  }
  close();
  return placed;
}

export const sameSlot = (a, b) =>
  a.starts === b.starts && a.ends === b.ends && a.rooms.length === b.rooms.length &&
  a.rooms.every((room) => b.rooms.includes(room));

// The rooms this many columns further; null if one of them would leave the grid. Column 0 is "no room".
export function shiftRooms(rooms, by, columns) {
  const places = (rooms.length ? rooms : [0]).map((room) => columns.indexOf(room) + by);
  if (places.some((place) => place < 0 || place >= columns.length)) return null;
  const found = places.map((place) => columns[place]);
  if (found.includes(0)) return found.length > 1 ? null : [];
  return found;
}

// For a session in several rooms, only the dragged room changes.
export function swapRoom(rooms, from, to) {
  const kept = rooms.filter((room) => room !== from && room !== to);
  return to === 0 ? kept : [...kept, to];
}

// The same wall-clock time on another day; null if there is no such day.
export function otherDay(session, by, days, offsets) {
  const at = dayOf(days, session.starts);
  const day = days[at + by];
  if (at < 0 || !day) return null;
  const into = wall(session.starts, offsets) - wall(days[at].from, offsets);
  const starts = moment(wall(day.from, offsets) + into, offsets);
  return { starts, ends: starts + session.ends - session.starts };
}

function gap(busy, length, low, high) {
  let at = low;
  for (const one of busy) {
    if (one.ends <= at) continue;
    if (one.starts - at >= length) break;
    at = one.ends;
  }
  return at + length <= high ? at : null;
}

// The first slot for a session of this length: within the event's hours, from the given day on, in its own rooms first.
export function firstFree({ length, rooms, days, first, sessions, opens, closes, offsets, step }) {
  const into = (minute) => {
    const day = days[dayOf(days, minute)] || days[0];
    return wall(minute, offsets) - wall(day.from, offsets);
  };
  const low = into(opens);
  const high = into(closes - 1) + 1 > low + length ? into(closes - 1) + 1 : DAY;
  const order = [...days.slice(first), ...days.slice(0, first)];
  for (const until of [high, DAY]) {
    for (const day of order) {
      let best = null;
      for (const room of rooms) {
        const busy = sessions
          .filter((s) => s.starts !== null && s.status !== "cancelled" && (room ? s.rooms.includes(room) : !s.rooms.length))
          .sort((a, b) => a.starts - b.starts);
        const found = gap(busy, length, day.from + low, Math.min(day.from + until, day.to));
        if (found !== null && (best === null || found < best.starts)) best = { starts: found, room };
      }
      if (best) {
        const starts = snap(best.starts, step, offsets) < best.starts ? best.starts : snap(best.starts, step, offsets);
        return { starts, ends: starts + length, rooms: best.room ? [best.room] : [] };
      }
    }
  }
  return null;
}
