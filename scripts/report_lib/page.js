/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.js - controls of the page of scripts/report: tables that are sorted and filtered, film strips.
 *
 * Without it the page has the same contents, in their first order, but no film strips.
 */
"use strict";

(function () {
	function keyOf(row, column) {
		const cell = row.cells[column];

		return "key" in cell.dataset ? cell.dataset.key : cell.textContent;
	}

	function compare(a, b) {
		const x = Number(a), y = Number(b);

		if (a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y))
			return x - y;
		return a.localeCompare(b, "en", { numeric: true });
	}

	function sortBy(table, column) {
		const heads = table.tHead.rows[0].cells, head = heads[column], body = table.tBodies[0];
		/* numbers are wanted from above at first */
		const isNumber = head.classList.contains("n"), was = head.getAttribute("aria-sort");
		const way = was ? (was === "ascending" ? "descending" : "ascending") :
				  (isNumber ? "descending" : "ascending");
		const rows = Array.from(body.rows);

		for (const other of heads)
			other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort", way);
		rows.sort(function (a, b) {
			const order = compare(keyOf(a, column), keyOf(b, column));

			return way === "ascending" ? order : -order;
		});
		body.append(...rows);
	}

	function filter(block) {
		const input = block.querySelector(".filter"), flag = block.querySelector(".flag");
		const words = (input ? input.value.toLowerCase() : "").split(/\s+/).filter(Boolean);
		const rows = block.querySelector("tbody").rows;
		let shown = 0;

		for (const row of rows) {
			const text = row.textContent.toLowerCase();
			const fits = words.every((word) => text.includes(word)) &&
				     (!flag || !flag.checked || row.classList.contains(flag.dataset.class));

			row.hidden = !fits;
			shown += fits;
		}
		block.querySelector(".shown").textContent = shown + " of " + rows.length + " rows";
	}

	function film(element) {
		const data = document.getElementById(element.dataset.film);

		try {
			window.pcpufuzzFilm(element, JSON.parse(data.textContent));
		} catch (error) {
			element.textContent = "The film strip cannot be drawn: " + error.message;
		}
	}

	for (const block of document.querySelectorAll(".sorted")) {
		const table = block.querySelector("table");

		Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
			head.querySelector("button").addEventListener("click", () => sortBy(table, column));
		});
		for (const control of block.querySelectorAll(".filter, .flag"))
			control.addEventListener("input", () => filter(block));
		/* what the browser kept of an earlier visit */
		if (block.querySelector(".shown"))
			filter(block);
	}
	document.querySelectorAll(".film").forEach(film);
	window.addEventListener("beforeprint", function () {
		for (const details of document.querySelectorAll("details"))
			details.open = true;
	});
})();
