// Shows only what belongs to the chosen kind of answer. Without this file, all of it is shown.
const form = document.querySelector("[data-kind]")?.closest("form");
const kind = form?.querySelector("[name=kind]");
const arrange = () => {
  for (const part of form.querySelectorAll("[data-kind]")) {
    part.hidden = !part.dataset.kind.split(" ").includes(kind.value);
  }
};
if (kind) {
  kind.addEventListener("change", arrange);
  arrange();
}
// Choices are moved by buttons, or dragged by their handle. Without this file, the numbers say their order.
const list = document.getElementById("choices-rows");
const rows = () => [...list.querySelectorAll(":scope > .choice-row")];
const renumber = () => {
  for (const [at, row] of rows().entries()) row.querySelector("[name$=_place]").value = at + 1;
};
if (list && rows().length > 1) {
  const status = document.createElement("p");
  status.className = "hide";
  status.setAttribute("role", "status");
  list.append(status);

  const move = (row, step, button) => {
    const all = rows();
    const to = all.indexOf(row) + step;
    if (to < 0 || to >= all.length) return;
    if (step < 0) all[to].before(row);
    else all[to].after(row);
    renumber();
    button.focus();
    status.textContent = list.dataset.moved.replace("{place}", to + 1);
  };

  let dragged = null;
  for (const row of rows()) {
    const tools = document.createElement("span");
    tools.className = "row";
    const grip = document.createElement("span");
    Object.assign(grip, { className: "grip", textContent: "⠿", ariaHidden: "true" });
    tools.append(grip);
    for (const [step, label] of [
      [-1, list.dataset.up],
      [1, list.dataset.down],
    ]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn small line", textContent: label });
      button.addEventListener("click", () => move(row, step, button));
      tools.append(button);
    }
    row.querySelector(".numbered").replaceWith(tools, row.querySelector(".numbered"));
    row.querySelector(".numbered").hidden = true;

    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      dragged = row;
      row.classList.add("dragged");
    });
  }
  // On the document: an element that is moved loses the pointer.
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const next = rows().find((one) => {
      const box = one.getBoundingClientRect();
      return one !== dragged && event.clientY < box.top + box.height / 2;
    });
    if (next) next.before(dragged);
    else if (rows().at(-1) !== dragged) rows().at(-1).after(dragged);
  });
  const end = () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    renumber();
  };
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}
document.getElementById("problems")?.focus();
