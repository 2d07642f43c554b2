// Hides the fields of an option that do not matter with what is chosen. Without this file, all of them are shown.
const parts = [...document.querySelectorAll("form [data-when]")];
const form = parts[0]?.closest("form");
const value = (name) => {
  const field = form.elements[name];
  if (!field) return "";
  return field.type === "checkbox" && !field.checked ? null : field.value;
};
const holds = (condition) => {
  const [name, wanted] = condition.split("=");
  return value(name) === wanted;
};
const arrange = () => {
  for (const part of parts) {
    part.hidden = !part.querySelector(".bad") && !part.dataset.when.split(" ").some(holds);
  }
};
if (form) {
  form.addEventListener("change", arrange);
  arrange();
}
document.getElementById("problems")?.focus();
