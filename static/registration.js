// Shows the questions of the chosen way to take part only. Without this file all are shown, each saying whom it is for.
const form = document.querySelector("form[data-modes]");
const arrange = () => {
  const chosen = form.querySelector("input[name=option]:checked");
  for (const box of form.querySelectorAll("[data-only]")) {
    box.hidden = !chosen || chosen.dataset.mode !== box.dataset.only;
  }
};
if (form) {
  form.addEventListener("change", arrange);
  arrange();
}
// Letters tell times on the reader's own clocks as well.
const zone = document.querySelector("[data-own-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
document.getElementById("problems")?.focus();
