// Shows the viewer's own time next to the venue's if they differ. Without this file only the venue's time is shown.
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
// The site writes "Sat 23 January" in English, everywhere.
const language = document.documentElement.lang.replace(/^en$/, "en-GB");
// “1月23日（土）09:30～10:15”
const [dash, gap] = language === "ja" ? ["～", ""] : ["\u00a0– ", " "];

const clock = (moment, zone) =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(moment);
const day = (moment, zone) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(moment);
const named = (moment, zone) =>
  new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", timeZone: zone })
    .format(moment)
    // Japanese pages write “1月28日（木）”.
    .replace(/\((.)\)/, "（$1）");

for (const place of document.querySelectorAll("[data-local]")) {
  const time = place.parentElement.querySelector("time[data-zone]");
  if (!time || !own) continue;
  const start = new Date(time.dateTime);
  const zone = time.dataset.zone;
  if (clock(start, own) === clock(start, zone) && day(start, own) === day(start, zone)) continue;
  let text = clock(start, own);
  const end = time.dataset.until ? new Date(time.dataset.until) : null;
  // An end on another day is named with it: two days must not look like one evening.
  const overnight = end && day(end, own) !== day(start, own);
  if (end) text += dash + (overnight ? named(end, own) + gap : "") + clock(end, own);
  if (overnight || day(start, own) !== day(start, zone)) text = named(start, own) + gap + text;
  place.textContent = " " + place.dataset.text.replace("{time}", text);
  place.hidden = false;
}

// "Now": the page may have been cached for a minute, and it may stay open for hours.
const mark = () => {
  const now = Date.now();
  for (const box of document.querySelectorAll("[data-starts]")) {
    const on = Date.parse(box.dataset.starts) <= now && now < Date.parse(box.dataset.ends);
    box.toggleAttribute("data-now", on);
    const chip = box.querySelector("[data-nowchip]");
    if (chip) chip.hidden = !on;
  }
  const jump = document.querySelector("[data-jump]");
  const first = document.querySelector("[data-now][id]");
  if (jump) {
    jump.hidden = !first;
    if (first) jump.href = `#${first.id}`;
  }
};
mark();
setInterval(mark, 30000);

// Names of zones to choose from, as known to the browser; without this the field accepts any name.
const zones = document.querySelector("[data-zones]");
if (zones && Intl.supportedValuesOf) {
  zones.append(...Intl.supportedValuesOf("timeZone").map((name) => new Option(name, name)));
}
