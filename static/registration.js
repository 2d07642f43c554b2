// Shows only the questions of the chosen option. Without this file all are shown, each with the mode it applies to.
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
// E-mails also show times in the reader's own time zone.
const zone = document.querySelector("[data-own-zone]");
if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
// An invitation link has the code behind the #, which no server's log sees.
const code = document.querySelector("[data-code]");
const invited = new URLSearchParams(location.hash.slice(1)).get("code");
if (code && invited && !code.value) code.value = invited;
document.getElementById("problems")?.focus();
