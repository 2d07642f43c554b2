// Suggests organizations of the directory while one is typed. Without this file the field is plain text.
const WAIT = 200; // milliseconds after the last letter
const LEAST = 2;

const suggestFor = (field) => {
  const list = document.createElement("datalist");
  list.id = `${field.id}-suggestions`;
  field.after(list);
  field.setAttribute("list", list.id);
  const kinds = new Map();
  let timer = 0;
  let asked = "";

  const suggest = async () => {
    const typed = field.value.trim();
    if (typed.length < LEAST || typed === asked || kinds.has(typed)) return;
    asked = typed;
    const lang = document.documentElement.lang;
    const answer = await fetch(`/organizations.json?lang=${lang}&q=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer?.ok || asked !== typed) return;
    const { organizations } = await answer.json();
    list.replaceChildren(...organizations.map(({ name }) => new Option("", name)));
    for (const { name, kind } of organizations) kinds.set(name, kind);
  };

  const adopt = () => {
    const select = field.form?.elements.organization_kind;
    if (field.name === "organization" && select && kinds.has(field.value)) select.value = kinds.get(field.value);
  };

  field.addEventListener("input", (event) => {
    adopt();
    clearTimeout(timer);
    // A Japanese input method sends what is not decided yet.
    if (!event.isComposing) timer = setTimeout(suggest, WAIT);
  });
  field.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });
  field.addEventListener("change", adopt);
};

const begin = (part) => part.querySelectorAll("input[data-organizations]").forEach(suggestFor);
begin(document);
// A part that another script has added.
document.addEventListener("added", ({ target }) => begin(target));
