// Shows only the questions of the chosen option and after the answers given. Without this file all are shown, each with
// the mode or the answer it applies to.
const form = document.querySelector("form[data-modes]");
const answered = (name, wanted) =>
  [...form.querySelectorAll(`[name="${CSS.escape(name)}"]:checked`)].some(
    (input) => input.value === wanted && !input.closest("[data-only][hidden], [data-if][hidden]"),
  );
const arrange = () => {
  const chosen = form.querySelector("input[name=option]:checked");
  for (const sentence of form.querySelectorAll("[data-condition]")) sentence.hidden = true;
  // In the order of the page: a question depends only on earlier ones.
  for (const box of form.querySelectorAll("[data-only], [data-if]")) {
    const { only, if: name, is } = box.dataset;
    const other = only && (!chosen || chosen.dataset.mode !== only);
    box.hidden = Boolean(other || (name && !answered(name, is)));
  }
};
if (form) {
  form.addEventListener("change", arrange);
  form.addEventListener("added", arrange);
  arrange();
}
// E-mails also show times in the reader's own time zone.
const zone = document.querySelector("[data-own-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
// An invitation link has the code behind the #, which no server's log sees.
const code = document.querySelector("[data-code]");
const invited = new URLSearchParams(location.hash.slice(1)).get("code");
if (code && invited && !code.value) code.value = invited;
document.getElementById("problems")?.focus();
