/* The voucher grid by keyboard: accounts by code, name or pinyin initials, Enter moves on, "=" takes the difference,
   lines as many as are needed, pasted from a spreadsheet, Ctrl+S hands in. Without this script it is a plain form. */
(() => {
  "use strict";
  const COLUMNS = ["account", "debit", "credit", "note"];
  const loads = new Map();
  const list = document.createElement("ul");
  list.id = "grid-list";
  list.className = "coop-grid-list";
  list.setAttribute("role", "listbox");
  let open = null, marked = 0;

  const plain = (text) => text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[,\s¥￥]/g, "");
  function fen(text) {
    const found = /^(\d{1,13})(?:\.(\d{0,2}))?$/.exec(plain(text));
    return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : 0;
  }
  function yuan(value) {
    const text = String(Math.abs(value)).padStart(3, "0");
    return `${value < 0 ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
  }
  const gridOf = (node) => node?.closest?.("[data-voucher-grid]");
  const cellOf = (node) => (gridOf(node) && node.dataset.column ? node : null);
  const rowsOf = (grid) => [...grid.tBodies[0].rows];
  const cell = (row, column) => row.querySelector(`[data-column=${column}]`);

  // The accounts come once a page. Whoever types faster than they come is not stopped: the cell is settled afterwards.
  function load(grid) {
    const url = grid.dataset.accounts;
    if (!loads.has(url)) {
      loads.set(url, null);
      fetch(url, { headers: { Accept: "application/json" } }).then((answer) => answer.json()).then((book) => {
        loads.set(url, book);
        grid.dataset.ready = "yes";
        for (const row of rowsOf(grid)) settle(cell(row, "account"));
      }).catch(() => loads.delete(url));
    }
    return loads.get(url);
  }

  // What fits what is typed, best first: code, initials, name; below a household account its households.
  function fits(book, typed) {
    const asked = plain(typed).toLowerCase(), colon = asked.indexOf(":");
    const root = colon > 0 ? asked.slice(0, colon) : "";
    if (book.roots.includes(root)) {
      const wanted = asked.slice(colon + 1);
      return book.households
        .filter(([number, head, letters]) => number.toLowerCase().includes(wanted) || head.includes(wanted) || letters.startsWith(wanted))
        .slice(0, 20).map(([number, head]) => [`${root}:${number}`, head]);
    }
    const rank = ([path, name, english, letters]) => {
      if (path.toLowerCase().startsWith(asked)) return 0;
      if (letters.startsWith(asked)) return 1;
      if (name.includes(asked)) return 2;
      if (letters.includes(asked)) return 3;
      return english.toLowerCase().includes(asked) ? 4 : 9;
    };
    return book.accounts.map((one) => [rank(one), one]).filter(([at]) => at < 9)
      .sort((a, b) => a[0] - b[0] || (a[1][0] < b[1][0] ? -1 : 1)).slice(0, 20)
      .map(([, [path, name, english]]) => [path, document.documentElement.lang.startsWith("zh") ? name : english]);
  }

  function close() {
    open?.setAttribute("aria-expanded", "false");
    open?.removeAttribute("aria-activedescendant");
    open = null;
    list.remove();
  }
  function mark(at) {
    marked = Math.max(0, Math.min(at, list.children.length - 1));
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === marked)));
    list.children[marked]?.scrollIntoView({ block: "nearest" });
    open.setAttribute("aria-activedescendant", `grid-option-${marked}`);
  }
  function offer(input) {
    const book = load(gridOf(input));
    const found = book && input.value.trim() ? fits(book, input.value) : [];
    if (!found.length) { close(); return; }
    list.replaceChildren(...found.map(([path, name], n) => {
      const item = document.createElement("li");
      item.id = `grid-option-${n}`;
      item.setAttribute("role", "option");
      item.dataset.path = path;
      const code = document.createElement("b");
      code.textContent = path;
      item.append(code, ` ${name}`);
      return item;
    }));
    open = input;
    const place = input.getBoundingClientRect();
    document.body.append(list);
    list.style.left = `${place.left + scrollX}px`;
    list.style.top = `${place.bottom + scrollY}px`;
    list.style.minWidth = `${place.width}px`;
    input.setAttribute("aria-expanded", "true");
    mark(0);
  }
  function named(input) {
    const book = load(gridOf(input)), path = input.value.trim();
    if (!book) return;
    const [root, home] = path.split(":");
    const zh = document.documentElement.lang.startsWith("zh") ? 1 : 2;
    const known = book.accounts.find(([one]) => one === path);
    const household = book.roots.includes(root) && book.households.find(([number]) => number === home);
    const above = household && book.accounts.find(([one]) => one === root);
    const word = known ? known[zh] : household ? [above?.[zh], household[1]].filter(Boolean).join(" · ") : "";
    cell(input.closest("tr"), "name").textContent = word;
  }
  // A cell that was left before the accounts had come takes what fits best; one being typed in shows its list.
  function settle(input) {
    if (document.activeElement === input) { offer(input); return; }
    const book = load(gridOf(input)), found = input.value.trim() ? fits(book, input.value) : [];
    if (found.length && !book.accounts.some(([path]) => path === input.value.trim())) input.value = found[0][0];
    named(input);
  }
  function choose() {
    const input = open, path = list.children[marked].dataset.path;
    close();
    input.value = path;
    if (load(gridOf(input)).roots.includes(path)) {
      input.value = `${path}:`;
      offer(input);
      return false;
    }
    named(input);
    return true;
  }

  function sums(grid) {
    let debit = 0, credit = 0, lines = 0;
    for (const row of rowsOf(grid)) {
      const left = fen(cell(row, "debit").value), right = fen(cell(row, "credit").value);
      debit += left;
      credit += right;
      lines += left || right ? 1 : 0;
    }
    const box = document.getElementById("sums"), gap = debit - credit;
    for (const [name, value] of [["debit", yuan(debit)], ["credit", yuan(credit)], ["gap", yuan(gap)], ["lines", lines]]) {
      box.querySelector(`[data-sum=${name}]`).textContent = value;
    }
    box.querySelector("[data-balanced=yes]").hidden = gap !== 0;
    box.querySelector("[data-balanced=no]").hidden = gap === 0;
    return gap;
  }
  function more(grid) {
    const rows = rowsOf(grid), last = rows.at(-1), at = rows.length;
    if (at >= Number(grid.dataset.most)) return last;
    const row = last.cloneNode(true);
    row.querySelector("th").textContent = at + 1;
    row.querySelectorAll(".coop-fault").forEach((fault) => fault.remove());
    for (const input of row.querySelectorAll("input")) {
      input.name = `${input.dataset.column}-${at}`;
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, at + 1));
      input.classList.remove("is-invalid");
      for (const name of ["aria-invalid", "aria-describedby", "aria-activedescendant"]) input.removeAttribute(name);
    }
    cell(row, "name").textContent = "";
    grid.tBodies[0].append(row);
    grid.closest("form").elements.rows.value = at + 1;
    return row;
  }
  function go(input, rows, column) {
    const grid = gridOf(input), all = rowsOf(grid), to = all.indexOf(input.closest("tr")) + rows;
    if (to < 0) return;
    const next = cell(to < all.length ? all[to] : more(grid), column);
    next.focus();
    next.select();
  }
  function onward(input, back) {
    const at = COLUMNS.indexOf(input.dataset.column), row = input.closest("tr");
    if (back) return at ? go(input, 0, COLUMNS[at - 1]) : go(input, -1, "note");
    // A line has one amount: a debit typed leads past the credit.
    if (COLUMNS[at] === "debit" && fen(cell(row, "debit").value)) return go(input, 0, "note");
    return at + 1 < COLUMNS.length ? go(input, 0, COLUMNS[at + 1]) : go(input, 1, "account");
  }
  function balance(input) {
    const row = input.closest("tr"), debit = input.dataset.column === "debit";
    cell(row, "debit").value = cell(row, "credit").value = "";
    const gap = sums(gridOf(input)), rest = debit ? -gap : gap;
    if (rest > 0) input.value = yuan(rest);
    sums(gridOf(input));
  }
  function paste(input, text) {
    const table = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const grid = gridOf(input), first = COLUMNS.indexOf(input.dataset.column), words = grid.dataset.headings.split("|");
    if (table[0].some((word) => words.includes(word.trim()))) table.shift();
    let row = input.closest("tr");
    table.forEach((values, n) => {
      values.slice(0, COLUMNS.length - first).forEach((value, m) => { cell(row, COLUMNS[first + m]).value = value.trim(); });
      named(cell(row, "account"));
      if (n + 1 < table.length) row = row.nextElementSibling ?? more(grid);
    });
    sums(grid);
    row.querySelector("input").focus();
  }
  function drop(input) {
    const grid = gridOf(input), rows = rowsOf(grid), from = rows.indexOf(input.closest("tr"));
    for (let at = from; at < rows.length; at += 1) {
      for (const column of COLUMNS) cell(rows[at], column).value = rows[at + 1] ? cell(rows[at + 1], column).value : "";
      cell(rows[at], "name").textContent = rows[at + 1] ? cell(rows[at + 1], "name").textContent : "";
    }
    sums(grid);
  }

  document.addEventListener("input", (event) => {
    const input = cellOf(event.target);
    if (!input) return;
    if (input.dataset.column === "account") offer(input);
    else if (input.dataset.column !== "note") sums(gridOf(input));
  });
  document.addEventListener("keydown", (event) => {
    const grid = document.querySelector("[data-voucher-grid]");
    if (!grid) return;
    if (event.ctrlKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      close();
      grid.closest("form").requestSubmit();
      return;
    }
    const input = cellOf(event.target);
    if (!input || event.isComposing) return;
    const money = ["debit", "credit"].includes(input.dataset.column);
    if (event.key === "=" && money) {
      event.preventDefault();
      balance(input);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      if (event.shiftKey) { onward(input, true); return; }
      if (input.dataset.column === "account" && input.value.trim() && open !== input) offer(input);
      if (open !== input) onward(input, false);
      else if (choose()) onward(input, false);
    } else if (event.key === "Tab" && open === input) {
      choose();
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (open === input) mark(marked + step);
      else go(input, step, input.dataset.column);
    } else if (event.ctrlKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      const above = input.closest("tr").previousElementSibling;
      if (above) { input.value = cell(above, input.dataset.column).value; named(cell(input.closest("tr"), "account")); sums(gridOf(input)); }
    } else if (event.ctrlKey && event.key === "Delete") {
      event.preventDefault();
      drop(input);
    }
  });
  document.addEventListener("paste", (event) => {
    const input = cellOf(event.target), text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    close();
    paste(input, text);
  });
  document.addEventListener("mousedown", (event) => {
    const item = event.target.closest?.("#grid-list li");
    if (!item) return;
    event.preventDefault();
    marked = [...list.children].indexOf(item);
    const input = open;
    if (choose()) onward(input, false);
  });
  document.addEventListener("focusin", (event) => {
    if (open && event.target !== open) close();
    const input = cellOf(event.target);
    if (input) load(gridOf(input));
  });
  document.addEventListener("focusout", (event) => {
    const input = cellOf(event.target);
    if (input?.dataset.column === "account") named(input);
  });
  function begin() {
    const grid = document.querySelector("[data-voucher-grid]");
    if (!grid) return;
    const book = load(grid);
    if (book) { grid.dataset.ready = "yes"; rowsOf(grid).forEach((row) => named(cell(row, "account"))); }
  }
  document.addEventListener("htmx:afterSwap", begin);
  begin();
  document.addEventListener("change", (event) => {
    // A template chosen goes to the grid it fills.
    if (event.target.matches("[data-template]") && event.target.value) location.assign(event.target.value);
  });
})();
