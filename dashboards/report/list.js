// A list that can be sorted by its columns and cut down to an owner or to a word. Rows stay as they were printed.
const rows = [...document.querySelectorAll("tbody tr")];
const body = document.querySelector("tbody");
const count = document.getElementById("count");
const owner = document.getElementById("owner");
const word = document.getElementById("word");

function cut() {
  const wanted = word.value.trim().toLowerCase();
  let left = 0;
  for (const row of rows) {
    const fits = (!owner.value || row.dataset.owner === owner.value) &&
      (!wanted || row.textContent.toLowerCase().includes(wanted));
    row.hidden = !fits;
    left += fits;
  }
  count.textContent = `${left} of ${rows.length}`;
}

function sort(head, index) {
  const isDown = head.getAttribute("aria-sort") === "ascending";
  for (const other of document.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  const of = (row) => row.children[index].dataset.sort;
  const isNumber = rows.every((row) => of(row) === "" || !Number.isNaN(Number(of(row))));
  const compare = (a, b) => {
    if (of(a) === "" || of(b) === "") return (of(a) === "") - (of(b) === "");
    const order = isNumber ? of(a) - of(b) : of(a).localeCompare(of(b));
    return isDown ? -order : order;
  };
  body.append(...[...rows].sort(compare));
}

for (const name of [...new Set(rows.map((row) => row.dataset.owner))].sort()) owner.append(new Option(name, name));
owner.addEventListener("change", cut);
word.addEventListener("input", cut);
document.querySelectorAll("thead th").forEach((head, index) => {
  const button = head.querySelector("button");
  if (button) button.addEventListener("click", () => sort(head, index));
});
document.querySelector(".controls").hidden = false;
cut();
