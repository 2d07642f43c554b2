// The list of people that the device holds, and the search in it. The text to search in comes folded from the server
// (registration/rules.searchable); what is typed is folded here in the same way (core/kana.fold_kana).

// Forms of one kanji in names, each with its usual one: 髙橋 is found by 高橋.
const VARIANTS = new Map(
  "髙高 﨑崎 𠮷吉 濵浜 濱浜 邊辺 邉辺 齋斎 齊斎 斉斎 德徳 廣広 澤沢 櫻桜 國国 嶋島 嶌島".split(" ").map((pair) => [...pair]),
);

/** A text without case, accents, width, spaces and punctuation, in katakana, and in the usual form of kanji. */
export function fold(text) {
  const bare = text.normalize("NFKD").toLowerCase().replaceAll("ß", "ss").replace(/[\u0300-\u036f]/g, "");
  const composed = bare.normalize("NFKC").replace(/[^\p{L}\p{N}\p{M}]/gu, "");
  const katakana = composed.replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
  return [...katakana].map((sign) => VARIANTS.get(sign) ?? sign).join("");
}

/** A row of the list as an object. Of who has left it, only number, revision and state are known. */
export function personOf(row) {
  const [id, revision, state, option, code = "", name = "", reading = "", organization = "", text = ""] = row;
  return { id, revision, state, option: option ?? null, code, name, reading, organization, text };
}

/** All people by number. */
export const peopleOf = (rows) => new Map(rows.map((row) => [row[0], personOf(row)]));

/** The people whose name, reading or organization has all the words that were typed; confirmed ones first. */
export function search(people, typed, most = 20) {
  const words = typed.split(/\s+/u).map(fold).filter(Boolean);
  if (!words.length) return { found: [], more: false };
  const found = [];
  for (const person of people.values()) {
    if (person.name !== "" || person.organization !== "") {
      if (words.every((word) => person.text.includes(word))) found.push(person);
    }
  }
  found.sort((a, b) => (b.state === "confirmed") - (a.state === "confirmed") || a.name.localeCompare(b.name));
  return { found: found.slice(0, most), more: found.length > most };
}

/** The rows after a change: those with the same number are replaced, new ones are added. */
export function changed(rows, changes) {
  const byNumber = new Map(rows.map((row) => [row[0], row]));
  for (const row of changes) byNumber.set(row[0], row);
  return [...byNumber.values()];
}
