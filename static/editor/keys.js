// Everything by keyboard, while a block has the focus.

import { otherDay, shiftRooms, wall } from "./geometry.js";
import { slotOf } from "./programme.js";

// The slot that a key moves to: undefined for other keys, null if it is outside the grid.
export function asked(event, session, { programme, columns, step }) {
  const { key, shiftKey: shift } = event;
  const slot = slotOf(session);
  const by = (minutes) => {
    // First to the next grid line: 10:03 moves to 10:05 rather than 10:08.
    const over = wall(shift ? slot.ends : slot.starts, programme.offsets) % step;
    return minutes > 0 ? minutes - over : over ? -over : minutes;
  };
  if (key === "ArrowUp" || key === "ArrowDown") {
    const minutes = by(key === "ArrowDown" ? step : -step);
    if (shift) return slot.ends + minutes > slot.starts ? { ...slot, ends: slot.ends + minutes } : null;
    return { ...slot, starts: slot.starts + minutes, ends: slot.ends + minutes };
  }
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const aside = key === "ArrowRight" ? 1 : -1;
    if (shift) {
      const other = otherDay(session, aside, programme.days, programme.offsets);
      return other && { ...slot, ...other };
    }
    const rooms = shiftRooms(slot.rooms, aside, columns);
    return rooms && { ...slot, rooms };
  }
  if (key === "Delete" || key === "Backspace") return { ...slot, starts: null, ends: null };
  return undefined;
}

export function listen(board, { current, ask, step, go, view }) {
  board.addEventListener("keydown", (event) => {
    const session = current();
    if (!session || event.altKey || event.ctrlKey || event.metaKey) return;
    if (["PageUp", "PageDown", "Home", "End"].includes(event.key)) {
      event.preventDefault();
      const order = view.order.map((block) => block.dataset.code);
      const at = order.indexOf(session.code);
      const to = { PageUp: at - 1, PageDown: at + 1, Home: 0, End: order.length - 1 }[event.key];
      if (order[to]) go(order[to]);
      return;
    }
    const slot = asked(event, session, { programme: view.programme, columns: view.columns, step: step() });
    if (slot === undefined) return;
    event.preventDefault();
    ask(session, slot, event.repeat);
  });
}
