// Pictures and tables of a page. Everything comes from files beside it: no request is made.
"use strict";

const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.classList.toggle("dark", isDark); // what DataTables goes by
const textColor = getComputedStyle(document.documentElement).getPropertyValue("--text");

// What a page gives to a picture or a table stands right behind it.
const given = (element) => JSON.parse(element.nextElementSibling.textContent);

for (const place of document.querySelectorAll(".chart")) {
  const specification = window.chartSpecifications[place.dataset.chart];
  const config = {
    background: "transparent",
    axis: { labelColor: textColor, titleColor: textColor, gridColor: isDark ? "#39424d" : "#e3e7eb" },
    legend: { labelColor: textColor, titleColor: textColor },
    point: { opacity: 1 },
    rule: { color: textColor },
    view: { stroke: null },
  };
  window.vegaEmbed(
    place,
    { ...specification, datasets: { rows: inRows(given(place)) } },
    { actions: false, renderer: "svg", config },
  );
}

// A long series comes by column, with its first day and the step to the next, to keep pages small.
function inRows(data) {
  if (Array.isArray(data)) return data;
  const first = Date.parse(data.first_day);
  return data.score.map((score, place) => ({
    day: first + place * data.step_days * 86400000,
    score,
    low: data.low[place],
    high: data.high[place],
    peers: data.peers[place],
  }));
}

for (const table of document.querySelectorAll("table.metrics")) {
  const body = table.createTBody();
  const shown = (figure, decimals) => figure?.toFixed(decimals) ?? "–";
  for (const [metric, value, score, points, lost] of given(table)) {
    const row = body.insertRow();
    const { name, dimension, unit } = window.metricNames[metric];
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    row.append(head);
    const measure = `${value} ${unit}`.trim();
    for (const text of [dimension, measure, shown(score, 0), shown(points, 1), shown(lost, 1)]) {
      row.insertCell().textContent = text;
    }
  }
}

// On a phone wide tables scroll sideways; readers with a keyboard must get there too.
for (const section of document.querySelectorAll("section")) {
  if (section.scrollWidth > section.clientWidth) section.tabIndex = 0;
}

if (document.querySelector("table.sortable, #customers")) {
  // DataTables comes as a module, and a page in a folder may load modules from its own text only
  const source = new Blob([window.dataTablesSource], { type: "text/javascript" });
  import(URL.createObjectURL(source)).then((bundle) => makeTables(bundle.default));
}

function makeTables(DataTable) {
  const options = { order: [], pageLength: 25, autoWidth: false };
  const lengthMenu = [25, 100, { label: "all", value: -1 }];
  for (const table of document.querySelectorAll("table.sortable")) {
    const isLong = table.tBodies[0].rows.length > 25;
    new DataTable(table, { ...options, paging: isLong, searching: isLong, info: isLong, lengthMenu });
  }
  const customers = document.getElementById("customers");
  if (customers) {
    new DataTable(customers, {
      ...options,
      lengthMenu,
      data: given(customers),
      columns: customerColumns(DataTable),
      deferRender: true,
    });
    filterByOwner(DataTable);
  }
  document.documentElement.dataset.ready = "yes";
}

// How each column of the table of all customers is shown; `place` is where its value stands.
function customerColumns(DataTable) {
  const escaped = DataTable.util.escapeHtml;
  const missing = "–";
  const column = (place, show, className) => ({
    data: place,
    className,
    render: (value, type, row) => {
      if (type === "sort" || type === "type") return value ?? "";
      return value === null ? missing : show(value, row);
    },
  });
  const words = (value) => escaped(window.spacedWords[value] ?? value.replaceAll("_", " "));
  const money = (value) => value.toLocaleString("en", { maximumFractionDigits: 0 });
  const arrows = { improving: "↑ ", stable: "→ ", declining: "↓ " };
  return [
    {
      data: 1,
      render: (name, type, row) =>
        type === "display"
          ? `<a href="accounts/${row[0]}.html">${escaped(name)}</a>`
          : name,
    },
    column(2, (owner) => escaped(owner)),
    column(3, words),
    column(4, words),
    column(5, (score) => score.toFixed(1), "number"),
    column(6, (band) => `<span class="band ${escaped(band).replaceAll(" ", "_")}">${words(band)}</span>`),
    column(7, (word) => `<span class="momentum ${escaped(word)}">${arrows[word] ?? ""}${words(word)}</span>`),
    column(8, (change) => `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(1)}`, "number"),
    column(9, (share) => `${Math.round(share * 100)} %`, "number"),
    column(10, money, "number"),
    column(11, money, "number"),
    column(12, (day) => escaped(day)),
  ];
}

// The owner is kept in the address, so that everybody can have a bookmark of their own accounts.
function filterByOwner(DataTable) {
  const owner = document.getElementById("owner");
  const today = document.getElementById("today");
  const tables = [document.getElementById("worklist"), document.getElementById("customers")];
  DataTable.ext.search.push((settings, cells, index) => {
    if (settings.nTable.id !== "worklist" || !today.checked) return true;
    return settings.aoData[index].nTr.dataset.today === "1";
  });
  const show = () => {
    for (const table of tables) {
      new DataTable.Api(table)
        .column(Number(table.dataset.ownerColumn))
        .search(owner.value, { exact: owner.value !== "" })
        .draw();
    }
  };
  const chosen = () => {
    const asked = decodeURIComponent(location.hash.slice(1));
    owner.value = [...owner.options].some((option) => option.value === asked) ? asked : "";
    show();
  };
  owner.addEventListener("change", () => {
    history.replaceState(null, "", `#${encodeURIComponent(owner.value)}`);
    show();
  });
  today.addEventListener("change", show);
  window.addEventListener("hashchange", chosen);
  chosen();
}
