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
document.getElementById("problems")?.focus();
