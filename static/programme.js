// The programme's grid: the line of the present time, and heads of rooms that stay in view above a grid that is wider
// than the page. Without this file the sessions that are going on are marked, and a wide grid scrolls in a box.
const text = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  timeZone: document.querySelector("time[data-zone]")?.dataset.zone });

const draw = (grid) => {
  const now = Date.now() / 1000;
  const rows = [...grid.querySelectorAll(".mark")];
  const number = rows.findLastIndex((row) => Number(row.dataset.at) <= now);
  const [from, to] = [rows[number], rows[number + 1]];
  const line = grid.querySelector(".nowline") ?? Object.assign(document.createElement("div"), { className: "nowline" });
  // A grid that is shown as a list has no rows.
  if (!from || !to || !from.offsetParent) return line.remove();
  const [start, end] = [Number(from.dataset.at), Number(to.dataset.at)];
  const down = from.offsetTop + (to.offsetTop - from.offsetTop) * (now - start) / (end - start);
  line.ariaHidden = "true";
  line.replaceChildren(Object.assign(document.createElement("b"), { textContent: text.format(now * 1000) }));
  line.style.insetBlockStart = `${down}px`;
  grid.append(line);
};

const grids = document.querySelectorAll(".grid.wide");
const all = () => grids.forEach(draw);
all();
if (grids.length) {
  setInterval(all, 30000);
  const watch = new ResizeObserver(all);
  grids.forEach((grid) => watch.observe(grid));
}

// What scrolls sideways can't hold anything in view while the page scrolls down: so its heads get a strip of their own.
for (const grid of document.querySelectorAll(".scrolls")) {
  const strip = Object.assign(document.createElement("div"), { className: "strip" });
  const heads = Object.assign(document.createElement("div"), { className: "heads noprint", ariaHidden: "true", tabIndex: -1 });
  strip.append(...[...grid.querySelectorAll(".corner, .room")].map((head) => head.cloneNode(true)));
  heads.append(strip);
  grid.before(heads);
  grid.classList.add("free");
  const follow = (one, other) => one.addEventListener("scroll", () => { other.scrollLeft = one.scrollLeft; }, { passive: true });
  follow(grid, heads);
  follow(heads, grid);
  // Browsers leave what is partly in view where it is, even if the times cover its beginning.
  grid.addEventListener("focusin", ({ target }) => {
    if (target.matches(":focus-visible")) target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  new ResizeObserver(() => {
    strip.style.gridTemplateColumns = getComputedStyle(grid).gridTemplateColumns;
    strip.style.inlineSize = `${grid.scrollWidth}px`;
  }).observe(grid);
}
